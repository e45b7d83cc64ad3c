#include "provider/terraform_functions.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "hcl/body.h"
#include "hcl/format.h"
#include "hcl/quote.h"
#include "hcl/unicode.h"
#include "hcl/write.h"

namespace cairn::provider::terraform_functions {
namespace {

using hcl::Value;

CallFunctionResponse Refuse(std::string text) {
  return {.result = Value(), .error = FunctionError{.text = std::move(text)}};
}

CallFunctionResponse EncodeExpr(const Value& value) {
  if (!value.IsWhollyKnown()) return {.result = Value::UnknownNotNull(hcl::Type::String())};
  return {.result = Value::String(hcl::WriteExpression(value))};
}

CallFunctionResponse EncodeTfvars(const Value& value) {
  const hcl::TypeKind kind = value.kind();
  if (!value.IsKnown()) return {.result = Value::UnknownNotNull(hcl::Type::String())};
  if (kind != hcl::TypeKind::kObject && kind != hcl::TypeKind::kMap) {
    return Refuse(
        "invalid value to encode: must be an object whose attribute names will become the encoded variable "
        "names");
  }
  std::string text;
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string_view name = value.name(i);
    if (!hcl::IsIdentifier(name)) {
      return Refuse(Format(
          "invalid variable name {}: must be a valid identifier, per Terraform's rules for input variable "
          "declarations",
          hcl::GoQuoted(name)));
    }
    if (!value.elements()[i].IsWhollyKnown()) {
      return {.result = Value::UnknownNotNull(hcl::Type::String())};
    }
    text += Format("{} = ", name);
    hcl::AppendExpression(text, value.elements()[i]);
    text += '\n';
  }
  return {.result = Value::String(hcl::LaidOut(std::move(text)))};
}

CallFunctionResponse DecodeTfvars(std::string_view text) {
  const hcl::ParsedBody file =
      hcl::ParseBody(std::make_shared<hcl::Source>("<decode_tfvars argument>", std::string(text)));
  if (file.diagnostics.has_errors()) {
    return Refuse("invalid tfvars syntax: " + hcl::TextOf(file.diagnostics));
  }
  hcl::Diagnostics diagnostics;
  const std::vector<hcl::Argument> arguments = file.body.JustAttributes(diagnostics);
  if (diagnostics.has_errors()) return Refuse("invalid tfvars content: " + hcl::TextOf(diagnostics));
  std::vector<hcl::NamedValue> attributes;
  for (const hcl::Argument& argument : arguments) {
    Value value = argument.expression().EvaluateLiteral(diagnostics);
    if (diagnostics.has_errors()) {
      return Refuse(Format("invalid expression for variable {}: {}", hcl::GoQuoted(argument.name()),
                           hcl::TextOf(diagnostics)));
    }
    attributes.push_back({std::string(argument.name()), std::move(value)});
  }
  return {.result = Value::Object(std::move(attributes))};
}

}  // namespace

void AddTo(FixedSchemas& schemas) {
  schemas.AddFunction(
      "decode_tfvars",
      {.parameters = {{.name = "src", .type = hcl::Type::String()}},
       .result = hcl::Type::Dynamic(),
       .summary = "The variables that the text of a .tfvars file sets",
       .description = "An object of the values that `src`, in the syntax of a `.tfvars` file, gives."});
  schemas.AddFunction(
      "encode_expr",
      {.parameters = {{.name = "value", .type = hcl::Type::Dynamic(), .allow_unknown = true}},
       .result = hcl::Type::String(),
       .summary = "An expression that stands for a value",
       .description = "The text of an expression of literals that evaluates to something like `value`."});
  schemas.AddFunction(
      "encode_tfvars",
      {.parameters = {{.name = "value", .type = hcl::Type::Dynamic(), .allow_unknown = true}},
       .result = hcl::Type::String(),
       .summary = "The text of a .tfvars file that sets variables",
       .description = "A line in the syntax of a `.tfvars` file for each attribute of the object `value`."});
}

Result<CallFunctionResponse> Call(const CallFunctionRequest& request) {
  const Value& argument = request.arguments.at(0);
  if (request.name == "encode_expr") return EncodeExpr(argument);
  if (request.name == "encode_tfvars") return EncodeTfvars(argument);
  if (request.name == "decode_tfvars") return DecodeTfvars(argument.AsString());
  return NoSuchFunction(request.name);
}

}  // namespace cairn::provider::terraform_functions
