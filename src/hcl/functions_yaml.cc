#include "hcl/functions_table.h"
#include "hcl/yaml_text.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;

FunctionResult<Value> FromYaml(Arguments arguments, const Type&) {
  Result<Value> value = FromYamlText(arguments[0].AsString());
  if (!value) return Refuse(value.error().message);
  return *std::move(value);
}

FunctionResult<Value> ToYaml(Arguments arguments, const Type& type) {
  if (!arguments[0].IsWhollyKnown()) return Value::Unknown(type);
  const Result<std::string> text = ToYamlText(arguments[0]);
  if (!text) return Refuse(text.error().message);
  return Value::String(*text);
}

}  // namespace

void AddYamlFunctions(FunctionList& list) {
  list.emplace_back("yamldecode", Function{.parameters = {OfString("src")},
                                           .type = [](Arguments arguments) -> FunctionResult<Type> {
                                             if (!arguments[0].IsKnown()) return Type::Dynamic();
                                             const FunctionResult<Value> value = FromYaml(arguments, Type());
                                             if (!value) return std::unexpected(value.error());
                                             return value->type();
                                           },
                                           .call = FromYaml,
                                           .finds_type = true,
                                           .description = "The value of a text in YAML."});
  list.emplace_back("yamlencode",
                    Function{.parameters = {{.name = "value", .allow_null = true, .allow_dynamic = true}},
                             .type = Always(Type::String()),
                             .call = ToYaml,
                             .description = "The value as YAML."});
}

}  // namespace cairn::hcl
