#pragma once

// The schemas of all providers in use.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "provider/schemas.h"
#include "registry/provider_address.h"
#include "state/address.h"

namespace cairn::infra {

// By the provider's address in full ("registry.terraform.io/hashicorp/aws"). A value; belongs to one thread,
// as what it holds does.
class SchemaSource {
 public:
  void Add(std::string provider, std::shared_ptr<const provider::Schemas> schemas) {
    schemas_.insert_or_assign(std::move(provider), std::move(schemas));
  }

  // Null if the provider is not known.
  const provider::Schemas* Find(std::string_view provider) const {
    const auto found = schemas_.find(provider);
    return found == schemas_.end() ? nullptr : found->second.get();
  }

  // Of a resource's type; kNotFound also where the provider is not known.
  Result<const provider::Schema*> FindResource(std::string_view provider,
                                               const state::ResourceName& resource) const;

 private:
  std::map<std::string, std::shared_ptr<const provider::Schemas>, std::less<>> schemas_;
};

provider::SchemaKind SchemaKindOf(state::ResourceMode mode);

}  // namespace cairn::infra
