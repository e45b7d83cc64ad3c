// Expressions of either syntax.

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/body.h"
#include "hcl/convert.h"

namespace cairn::hcl {
namespace {

class NoScope final : public Scope {
 public:
  std::optional<Value> Find(std::string_view /*root*/, std::span<const TraversalStep> /*steps*/,
                            const SourceRange& /*range*/, size_t& /*used*/,
                            Diagnostics& /*diagnostics*/) const override {
    return std::nullopt;
  }
  std::vector<std::string_view> Names() const override { return {}; }
  const FunctionTable* functions() const override { return nullptr; }
};

bool IsTemplate(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("%{") != std::string_view::npos;
}

// Evaluates JSON. Arrays and objects are as deep as the parser allows.
class JsonEvaluator {
 public:
  // Without `scope` strings are no templates.
  JsonEvaluator(const Scope* scope, Diagnostics& diagnostics, const EvaluationLimits& limits)
      : scope_(scope), diagnostics_(diagnostics), limits_(limits) {}

  Value Evaluate(JsonValue json) {
    switch (json.kind()) {
      case JsonKind::kNull:
        return Value::Null(Type::Dynamic());
      case JsonKind::kFalse:
      case JsonKind::kTrue:
        return Value::Bool(json.kind() == JsonKind::kTrue);
      case JsonKind::kNumber: {
        const Result<Number> number = Number::Parse(json.raw());
        return number ? Value::Number(*number) : Value::Dynamic();
      }
      case JsonKind::kString:
        return String(json, false);
      case JsonKind::kArray: {
        std::vector<Value> elements;
        for (JsonValue element = json.first(); element; element = element.next()) {
          elements.push_back(Evaluate(element));
        }
        return Value::Tuple(std::move(elements));
      }
      case JsonKind::kObject:
        return Object(json);
      case JsonKind::kInvalid:
        break;
    }
    return Value::Dynamic();
  }

  Value String(JsonValue json, bool is_name) {
    const std::string_view text = is_name ? json.name() : json.text();
    if (!scope_ || !IsTemplate(text)) return Value::String(text);
    const ParseResult& parsed = json.tree().TemplateOf(json, is_name);
    diagnostics_.Append(parsed.diagnostics);
    if (parsed.diagnostics.has_errors()) return Value::Dynamic();
    return hcl::Evaluate(parsed.tree->root(), *scope_, diagnostics_, limits_);
  }

 private:
  Value Object(JsonValue json) {
    std::vector<NamedValue> attributes;
    std::unordered_map<std::string, SourceRange> places;
    Marks marks = Marks::kNone;
    bool is_known = true;
    for (JsonValue member = json.first(); member; member = member.next()) {
      const Value key = String(member, true);
      Value value = Evaluate(member);
      const auto name = Convert(key, Type::String());
      if (!name) {
        Report("Invalid object key expression",
               Format("Cannot use this expression as an object key: {}.", name.error().Text()), member);
        continue;
      }
      if (name->IsNull()) {
        Report("Invalid object key expression", "Cannot use null value as an object key.", member);
        continue;
      }
      marks |= name->marks();
      if (!name->IsKnown()) {
        is_known = false;
        continue;
      }
      const auto [place, is_new] = places.try_emplace(std::string(name->AsString()), member.name_range());
      if (!is_new) {
        const Position at = place->second.start_position();
        Report("Duplicate object attribute",
               Format("An attribute named {} was already defined at {}:{},{}-{}.", Quote(place->first),
                      place->second.source->name(), at.line, at.column, place->second.end_position().column),
               member);
        continue;
      }
      attributes.push_back({place->first, std::move(value)});
    }
    if (!is_known) return Value::Dynamic();
    return Value::Object(std::move(attributes)).WithMarks(marks);
  }

  void Report(std::string summary, std::string detail, JsonValue member) {
    diagnostics_.AddError(std::move(summary), std::move(detail), member.name_range());
  }

  const Scope* scope_;
  Diagnostics& diagnostics_;
  const EvaluationLimits& limits_;
};

void AppendJsonReferences(JsonValue json, bool is_name, std::vector<Reference>& references) {
  const bool is_string = is_name || json.kind() == JsonKind::kString;
  if (is_string) {
    if (!IsTemplate(is_name ? json.name() : json.text())) return;
    const ParseResult& parsed = json.tree().TemplateOf(json, is_name);
    if (parsed.diagnostics.has_errors()) return;
    for (Reference& reference : References(parsed.tree->root())) references.push_back(std::move(reference));
    return;
  }
  const bool is_object = json.kind() == JsonKind::kObject;
  for (JsonValue child = json.first(); child; child = child.next()) {
    if (is_object) AppendJsonReferences(child, true, references);
    AppendJsonReferences(child, false, references);
  }
}

}  // namespace

Value Expression::Evaluate(const Scope& scope, Diagnostics& diagnostics,
                           const EvaluationLimits& limits) const {
  if (node_) return hcl::Evaluate(node_, scope, diagnostics, limits);
  if (!json_) return Value();
  JsonEvaluator evaluator(&scope, diagnostics, limits);
  return is_name_ ? evaluator.String(json_, true) : evaluator.Evaluate(json_);
}

Value Expression::EvaluateLiteral(Diagnostics& diagnostics) const {
  if (node_) return hcl::Evaluate(node_, NoScope(), diagnostics);
  if (!json_) return Value();
  JsonEvaluator evaluator(nullptr, diagnostics, {});
  return is_name_ ? evaluator.String(json_, true) : evaluator.Evaluate(json_);
}

void Expression::AppendReferences(std::vector<Reference>& references) const {
  if (json_) return AppendJsonReferences(json_, is_name_, references);
  if (!node_) return;
  for (Reference& reference : hcl::References(node_)) references.push_back(std::move(reference));
}

std::vector<Reference> Expression::References() const {
  std::vector<Reference> references;
  AppendReferences(references);
  return references;
}

Node Expression::AsNode() const {
  if (!json_ || is_name_ || json_.kind() != JsonKind::kString) return node_;
  const ParseResult& parsed = json_.tree().ExpressionOf(json_);
  return parsed.diagnostics.has_errors() ? Node() : parsed.tree->root();
}

std::optional<Reference> Expression::AsReference(Diagnostics& diagnostics) const {
  if (const Node node = AsNode()) {
    if (node_) return hcl::AsReference(node, diagnostics);
    Diagnostics ignored;
    if (auto reference = hcl::AsReference(node, ignored)) return reference;
  }
  diagnostics.AddError("Invalid expression",
                       "A single static variable reference is required: only attribute access and indexing "
                       "with constant keys. No calculations, function calls, template expressions, etc are "
                       "allowed here.",
                       range());
  return std::nullopt;
}

std::string_view Expression::AsKeyword() const {
  const Node node = AsNode();
  return node ? hcl::AsKeyword(node) : std::string_view();
}

std::optional<std::vector<Expression>> Expression::AsList() const {
  std::vector<Expression> elements;
  if (json_) {
    if (is_name_ || json_.kind() != JsonKind::kArray) return std::nullopt;
    for (JsonValue child = json_.first(); child; child = child.next()) elements.emplace_back(child);
    return elements;
  }
  const auto nodes = node_ ? hcl::AsList(node_) : std::nullopt;
  if (!nodes) return std::nullopt;
  for (const Node node : *nodes) elements.emplace_back(node);
  return elements;
}

std::optional<std::vector<std::pair<Expression, Expression>>> Expression::AsPairs() const {
  std::vector<std::pair<Expression, Expression>> pairs;
  if (json_) {
    if (is_name_ || json_.kind() != JsonKind::kObject) return std::nullopt;
    for (JsonValue child = json_.first(); child; child = child.next()) {
      pairs.emplace_back(Expression(child, true), Expression(child));
    }
    return pairs;
  }
  const auto nodes = node_ ? hcl::AsPairs(node_) : std::nullopt;
  if (!nodes) return std::nullopt;
  for (const auto& [key, value] : *nodes) pairs.emplace_back(Expression(key), Expression(value));
  return pairs;
}

SourceRange Expression::range() const {
  if (!json_) return node_ ? node_.range() : SourceRange();
  return is_name_ ? json_.name_range() : json_.range();
}

SourceRange Expression::start_range() const {
  if (!json_) return node_ ? StartRange(node_) : SourceRange();
  return is_name_ ? json_.name_range() : json_.start_range();
}

}  // namespace cairn::hcl
