#include "infra/provider_functions.h"

#include <utility>

#include "base/strings.h"
#include "config/providers.h"
#include "provider/value_msgpack.h"

namespace cairn::infra {
namespace {

using hcl::Value;

constexpr std::string_view kNamespace = "provider::";

hcl::Parameter ToParameter(const provider::FunctionParameter& parameter) {
  return {.name = parameter.name,
          .type = parameter.type,
          .allow_null = parameter.allow_null,
          .allow_unknown = parameter.allow_unknown,
          .allow_dynamic = parameter.allow_unknown};
}

const provider::FunctionParameter& ParameterOf(const provider::FunctionSignature& signature, size_t i) {
  return i < signature.parameters.size() ? signature.parameters[i] : *signature.variadic;
}

// Something within an argument is not known, and the function does not take that.
bool HasUnwelcomeUnknown(const provider::FunctionSignature& signature, std::span<const Value> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!ParameterOf(signature, i).allow_unknown && !arguments[i].IsWhollyKnown()) return true;
  }
  return false;
}

}  // namespace

const hcl::Function* ProviderFunctions::Find(const std::string& provider, std::string_view name) const {
  const provider::Schemas* schemas = schemas_.Find(provider);
  if (schemas == nullptr) return nullptr;
  const std::string key = Format("{}::{}", provider, name);
  const auto made = functions_.find(key);
  if (made != functions_.end()) return &made->second;
  const auto signature = schemas->FindFunction(name);
  if (!signature) return nullptr;
  return &functions_.emplace(key, Make(provider, std::string(name), **signature)).first->second;
}

hcl::Function ProviderFunctions::Make(const std::string& provider, const std::string& name,
                                      const provider::FunctionSignature& signature) const {
  hcl::Function function{.description = signature.summary};
  for (const provider::FunctionParameter& parameter : signature.parameters) {
    function.parameters.push_back(ToParameter(parameter));
  }
  if (signature.variadic) function.rest = ToParameter(*signature.variadic);
  const hcl::Type result = signature.result.WithoutOptional();
  function.type = [result](std::span<const Value>) { return result; };
  function.finds_type = true;
  function.call = [this, provider, name, &signature](std::span<const Value> arguments, const hcl::Type&) {
    return Call(provider, name, signature, arguments);
  };
  return function;
}

hcl::FunctionResult<Value> ProviderFunctions::Call(const std::string& provider, const std::string& name,
                                                   const provider::FunctionSignature& signature,
                                                   std::span<const Value> arguments) const {
  if (HasUnwelcomeUnknown(signature, arguments)) return Value::Unknown(signature.result.WithoutOptional());
  std::string key = Format("{}::{}", provider, name);
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto text = provider::ToMsgpack(arguments[i], ParameterOf(signature, i).type.WithoutOptional());
    if (!text) return hcl::Refuse(text.error().message, i);
    key += Format("\n{}\n", text->size()) + *text;
  }
  if (const auto known = results_.find(key); known != results_.end()) return known->second;
  const auto response = caller_(provider, {.name = name, .arguments = {arguments.begin(), arguments.end()}});
  if (!response) return hcl::Refuse(response.error().message);
  if (response->error) {
    std::optional<size_t> argument;
    const int64_t at = response->error->argument.value_or(-1);
    if (at >= 0 && size_t(at) < arguments.size()) argument = size_t(at);
    return hcl::Refuse(response->error->text, argument);
  }
  return results_.emplace(std::move(key), response->result).first->second;
}

const hcl::Function* ModuleFunctions::Find(std::string_view name) const {
  if (!name.starts_with(kNamespace)) return of_language_->Find(name);
  const std::string_view rest = name.substr(kNamespace.size());
  const size_t colons = rest.find("::");
  if (colons == std::string_view::npos || !HasProvider(rest.substr(0, colons))) return nullptr;
  const std::string provider =
      registry::ToString(config::ProviderOf(module_, std::string(rest.substr(0, colons))));
  return of_providers_->Find(provider, rest.substr(colons + 2));
}

bool ModuleFunctions::HasProvider(std::string_view name) const {
  return of_providers_ != nullptr && module_.required_providers.contains(name) &&
         of_providers_->Knows(registry::ToString(config::ProviderOf(module_, std::string(name))));
}

}  // namespace cairn::infra
