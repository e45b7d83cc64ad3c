#pragma once

// Functions that providers offer, as expressions call them: `provider::aws::arn_parse(x)`.
//
// Expressions are evaluated without waiting for anything, so a call is answered before it returns: whoever
// makes a ProviderFunctions says how a provider is asked.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/module.h"
#include "hcl/function.h"
#include "infra/schema_source.h"
#include "provider/provider.h"
#include "registry/provider_address.h"

namespace cairn::infra {

// Calls one of a provider, by its address in full; returns when that has answered.
using FunctionCaller = std::function<Result<provider::CallFunctionResponse>(
    const std::string& provider, const provider::CallFunctionRequest& request)>;

// Of all providers. A call with the same arguments is made once. Belongs to one thread.
class ProviderFunctions {
 public:
  // `schemas` must outlive it.
  ProviderFunctions(const SchemaSource& schemas, FunctionCaller caller)
      : schemas_(schemas), caller_(std::move(caller)) {}

  // Null if that provider has none of that name. Lives as long as this.
  const hcl::Function* Find(const std::string& provider, std::string_view name) const;
  bool Knows(const std::string& provider) const { return schemas_.Find(provider) != nullptr; }

 private:
  hcl::FunctionResult<hcl::Value> Call(const std::string& provider, const std::string& name,
                                       const provider::FunctionSignature& signature,
                                       std::span<const hcl::Value> arguments) const;
  hcl::Function Make(const std::string& provider, const std::string& name,
                     const provider::FunctionSignature& signature) const;

  const SchemaSource& schemas_;
  const FunctionCaller caller_;
  mutable std::map<std::string, hcl::Function> functions_;  // by "provider::name"
  mutable std::map<std::string, hcl::Value> results_;       // by that and the arguments
};

// Those that expressions of one module may call: the language's own, and those of the providers that it
// requires, by the names that it has for them. Borrows everything.
class ModuleFunctions final : public hcl::FunctionTable {
 public:
  // `of_providers` may be null.
  ModuleFunctions(const hcl::FunctionTable* of_language, const ProviderFunctions* of_providers,
                  const config::Module& module)
      : of_language_(of_language), of_providers_(of_providers), module_(module) {}

  const hcl::Function* Find(std::string_view name) const override;
  std::vector<std::string_view> Names() const override { return of_language_->Names(); }
  bool HasProvider(std::string_view name) const override;

 private:
  const hcl::FunctionTable* of_language_;
  const ProviderFunctions* of_providers_;
  const config::Module& module_;
};

}  // namespace cairn::infra
