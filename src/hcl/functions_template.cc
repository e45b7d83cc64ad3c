// The functions that render templates: of a file, and of a text from elsewhere.

#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/eval.h"
#include "hcl/functions_table.h"
#include "hcl/parser.h"
#include "hcl/quote.h"
#include "hcl/references.h"
#include "hcl/scope.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

using Arguments = std::span<const Value>;
using Files = std::shared_ptr<const FileReader>;

constexpr size_t kVariables = 1;  // their place among the arguments

bool IsTemplateFunction(std::string_view name) {
  constexpr std::string_view kCore = "core::";
  if (name.starts_with(kCore)) name.remove_prefix(kCore.size());
  return name == "templatefile" || name == "templatestring";
}

// What may be called within a template: everything but what renders templates, so there is no recursion.
class FunctionsOfTemplates final : public FunctionTable {
 public:
  explicit FunctionsOfTemplates(const FunctionTable& all) : all_(all) {
    for (const std::string_view name : {"templatefile", "templatestring"}) {
      refusal(name).parameters = {{.name = name == "templatefile" ? "path" : "template"}, {.name = "vars"}};
      refusal(name).lazy = [name](std::span<const LazyArgument* const>,
                                  Diagnostics&) -> FunctionResult<Value> {
        return Refuse(Format("cannot recursively call {} from inside another template function", name));
      };
    }
  }

  const Function* Find(std::string_view name) const override {
    const Function* found = all_.Find(name);
    if (!found || !IsTemplateFunction(name)) return found;
    return name.ends_with("templatefile") ? &file_ : &string_;
  }
  std::vector<std::string_view> Names() const override { return all_.Names(); }

 private:
  Function& refusal(std::string_view name) { return name == "templatefile" ? file_ : string_; }

  const FunctionTable& all_;
  Function file_;
  Function string_;
};

// The scope of a template; an element of `variables`, a map or object, is a variable.
FunctionResult<MapScope> ScopeOf(const Value& variables, Node root, const FunctionTable& table) {
  if (!variables.HasContent() ||
      !(variables.type().Is(TypeKind::kMap) || variables.type().Is(TypeKind::kObject))) {
    return Refuse("invalid vars value: must be a map", kVariables);
  }
  MapScope scope(&table);
  for (size_t i = 0; i < variables.size(); ++i) {
    const std::string_view name = variables.name(i);
    if (!IsIdentifier(name)) {
      return Refuse(Format("invalid template variable name {}: must start with a letter, followed by zero or "
                           "more letters, digits, and underscores",
                           Quote(name)),
                    kVariables);
    }
    scope.Set(std::string(name), variables.elements()[i]);
  }
  for (const Reference& reference : References(root)) {
    if (variables.Find(reference.root)) continue;
    return Refuse(Format("vars map does not contain key {}, referenced at {}", Quote(reference.root),
                         PlaceText(reference.root_range())),
                  kVariables);
  }
  return scope;
}

FunctionResult<Value> Render(const SyntaxTree& tree, const Value& variables, const FunctionTable& table) {
  const FunctionsOfTemplates functions(table);
  const FunctionResult<MapScope> scope = ScopeOf(variables, tree.root(), functions);
  if (!scope) return std::unexpected(scope.error());
  Diagnostics diagnostics;
  Value result = Evaluate(tree.root(), *scope, diagnostics);
  if (diagnostics.has_errors()) return Refuse(TextOf(diagnostics));
  if (result.IsNull()) {
    diagnostics.AddError("Template result is null",
                         "The result of the template is null, which is not a valid result for a "
                         "templatestring call.",
                         tree.root().range());
    return Refuse(TextOf(diagnostics));
  }
  return result;
}

ParseResult Parse(std::string name, std::string text) {
  return ParseTemplate(std::make_shared<const Source>(std::move(name), std::move(text)));
}

FunctionResult<Value> RenderFile(const FileReader& files, const FunctionTable& table, Arguments arguments) {
  const Value& path = arguments[0];
  FunctionResult<std::string> text = ReadTextArgument(files, path);
  if (!text) return std::unexpected(text.error());
  const ParseResult parsed = Parse(std::string(path.AsString()), *std::move(text));
  if (parsed.diagnostics.has_errors()) return Refuse(TextOf(parsed.diagnostics));
  const FunctionResult<Value> result = Render(*parsed.tree, arguments[kVariables], table);
  if (!result) return result;
  return result->WithMarks(path.marks());
}

// Its result may be of any type, which is known only with the result.
Function TemplateFile(const Files& files, const FunctionTable& table) {
  Function function{.parameters = {MarkedString("path"), {.name = "vars"}},
                    .description = "The text of a template file with values put in."};
  function.type = [files, &table](Arguments arguments) -> FunctionResult<Type> {
    if (!arguments[0].IsKnown() || !arguments[1].IsKnown()) return Type::Dynamic();
    const FunctionResult<Value> result = RenderFile(*files, table, arguments);
    if (!result) return std::unexpected(result.error());
    return result->type();
  };
  function.call = [files, &table](Arguments arguments, const Type&) {
    return RenderFile(*files, table, arguments);
  };
  function.finds_type = true;
  return function;
}

// Nothing if `argument` refers to a text from elsewhere.
std::string_view WhyNoTemplate(LazyArgument::Kind kind) {
  switch (kind) {
    case LazyArgument::Kind::kReference:
      return "";
    case LazyArgument::Kind::kLiteral:
      return "templatestring is only for rendering templates retrieved dynamically from elsewhere, and so "
             "does "
             "not support providing a literal template; consider using a template string expression instead";
    case LazyArgument::Kind::kInterpolation:
      return "templatestring is only for rendering templates retrieved dynamically from elsewhere; to treat "
             "the "
             "inner expression as template syntax, write the reference expression directly without any "
             "template interpolation syntax";
    case LazyArgument::Kind::kTemplate:
      return "templatestring is only for rendering templates retrieved dynamically from elsewhere; to render "
             "an "
             "inline template, consider using a plain template string expression";
    case LazyArgument::Kind::kOther:
      break;
  }
  return "must be a direct reference to a single string from elsewhere, containing valid Terraform template "
         "syntax";
}

// The template, a string that may be unknown.
FunctionResult<Value> TemplateArgument(const LazyArgument& argument, Diagnostics& diagnostics) {
  const std::string_view why = WhyNoTemplate(argument.kind());
  if (!why.empty()) return Refuse(Format("invalid template expression: {}", why), 0);
  const Value value = argument.Evaluate(diagnostics);
  if (diagnostics.has_errors()) return value;
  if (value.IsNull()) return Refuse("invalid template value: is null", 0);
  if (value.type().IsDynamic()) return Value::Unknown(Type::String()).WithMarks(value.marks());
  if (value.type() != Type::String()) return Refuse("invalid template value: a string is required", 0);
  return value;
}

FunctionResult<Value> RenderString(const FunctionTable& table, std::span<const LazyArgument* const> arguments,
                                   Diagnostics& diagnostics) {
  Diagnostics own;
  const Value given = arguments[kVariables]->Evaluate(own);
  if (own.has_errors()) {
    diagnostics.Append(std::move(own));
    return Value::Dynamic();
  }
  if (given.IsNull()) return Refuse("argument must not be null", kVariables);
  const FunctionResult<Value> text = TemplateArgument(*arguments[0], own);
  if (own.has_errors()) {
    diagnostics.Append(std::move(own));
    return Value::Dynamic();
  }
  if (!text) return text;

  const Marks marks = text->marks() | given.MarksWithin();
  const Value variables = given.WithoutMarksWithin();
  if (variables.type().IsDynamic()) return Value::Dynamic().WithMarks(marks);
  const Value unknown = Value::UnknownNotNull(Type::String()).WithMarks(marks);
  if (!text->IsKnown() || !variables.IsKnown()) return unknown;
  const ParseResult parsed = Parse("<templatestring argument>", std::string(text->AsString()));
  if (parsed.diagnostics.has_errors()) return Refuse("invalid template: " + TextOf(parsed.diagnostics), 0);
  const FunctionResult<Value> result = Render(*parsed.tree, variables, table);
  if (!result) return result;
  const auto converted = Convert(*result, Type::String());
  if (!converted) return Refuse("invalid template result: " + converted.error().Text());
  return converted->RefinedNotNull().WithMarks(marks);
}

}  // namespace

void AddTemplateFunctions(FunctionList& list, std::shared_ptr<const FileReader> files,
                          const FunctionTable& table) {
  if (files) list.emplace_back("templatefile", TemplateFile(files, table));
  list.emplace_back(
      "templatestring",
      Function{
          .parameters = {{.name = "template", .type = Type::String()}, {.name = "vars"}},
          .type = Always(Type::String()),
          .lazy = [&table](std::span<const LazyArgument* const> arguments,
                           Diagnostics& diagnostics) { return RenderString(table, arguments, diagnostics); },
          .description = "A template from elsewhere with values put in."});
}

}  // namespace cairn::hcl
