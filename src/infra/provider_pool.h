#pragma once

// The providers of one command: one process for each configuration, and none that nothing asks for.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "hcl/value.h"
#include "infra/schema_source.h"
#include "net/task.h"
#include "provider/provider.h"
#include "state/address.h"

namespace cairn::infra {

// Starts a provider by its address in full ("registry.terraform.io/hashicorp/aws").
using ProviderFactory =
    std::function<net::Task<Result<std::unique_ptr<provider::Provider>>>(const std::string& provider)>;

// Belongs to the loop of its providers. Providers that it returns live as long as it.
class ProviderPool {
 public:
  explicit ProviderPool(ProviderFactory factory) : factory_(std::move(factory)) {}

  struct Assigned {
    provider::Provider* provider;
    bool configured;  // by that very value
  };

  // One that nobody has configured: for schemas, and to validate.
  net::Task<Result<provider::Provider*>> Unconfigured(const std::string& provider);

  // The one that belongs to `address`, which takes over an unconfigured one if there is any. Where it has
  // been configured by another value or by one not wholly known, it is ended and another one started.
  net::Task<Result<Assigned>> ForConfiguration(const state::ProviderConfigAddress& address,
                                               const hcl::Value& config);
  // The provider of `address` has been configured by `config`.
  void SetConfigured(const state::ProviderConfigAddress& address, const hcl::Value& config);
  // Null if ForConfiguration has not been called.
  provider::Provider* Find(const state::ProviderConfigAddress& address) const;

  // Asks all of them to give up what they are doing.
  net::Task<void> StopAll();
  // Ends them all. No call may be running.
  net::Task<void> CloseAll();

 private:
  struct Entry {
    std::unique_ptr<provider::Provider> provider;
    std::optional<hcl::Value> config = {};  // what it was configured by
  };

  ProviderFactory factory_;
  std::map<std::string, std::unique_ptr<provider::Provider>> idle_;
  std::unordered_map<state::ProviderConfigAddress, Entry, state::AddressHash> configured_;
};

}  // namespace cairn::infra
