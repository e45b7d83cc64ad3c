#pragma once

// Which provider configuration a module means by a name.

#include <vector>

#include "config/loader.h"
#include "hcl/diagnostic.h"
#include "registry/provider_address.h"
#include "registry/requirement.h"
#include "state/address.h"

namespace cairn::config {

// The provider that `module` calls `name`: what `required_providers` says, else what the name implies.
registry::ProviderAddress ProviderOf(const Module& module, const std::string& name);

struct ProviderConfig {
  state::ProviderConfigAddress address = {};
  const Config* config = nullptr;        // the module it is configured in
  const ProviderBlock* block = nullptr;  // null: nothing is configured, an empty configuration stands for it
};

// The configuration that `name` leads to: the module's own, one that the call passes, or for a default
// configuration the one of the parent. Nothing, and an error, if there is none; `user` is what asks for it.
std::optional<ProviderConfig> ResolveProvider(const Config& config, const ProviderName& name,
                                              const hcl::SourceRange& user, hcl::Diagnostics& diagnostics);

// What the whole tree asks of each provider: of `required_providers` of all modules, and of resources and
// provider blocks without an entry there. Built-in ones are among them.
registry::ProviderRequirements NeededProviders(const Config& root, hcl::Diagnostics& diagnostics);

}  // namespace cairn::config
