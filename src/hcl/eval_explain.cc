// What diagnostics say of the values that were involved.

#include <algorithm>
#include <expected>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/access.h"
#include "hcl/evaluator.h"

namespace cairn::hcl {
namespace {

std::string Counted(const Type& type, size_t count) {
  if (count == 0) return "empty " + type.FriendlyName();
  return Format("{} with {} element{}", type.FriendlyName(), count, count == 1 ? "" : "s");
}

// A few words for a known value; of what is within a collection nothing, as it may be sensitive.
std::string Summary(const Value& value) {
  if (value.IsNull()) return "null";
  switch (value.kind()) {
    case TypeKind::kBool:
      return value.AsBool() ? "true" : "false";
    case TypeKind::kNumber:
      return value.AsNumber().ToHashText();
    case TypeKind::kString:
      return Quote(value.AsString());
    case TypeKind::kObject:
      if (value.size() == 0) return "object with no attributes";
      if (value.size() == 1) return Format("object with 1 attribute {}", Quote(value.name(0)));
      return Format("object with {} attributes", value.size());
    default:
      return Counted(value.type(), value.size());
  }
}

// Empty where there is nothing to say, or nothing may be said.
std::string Statement(const Value& value, Fault fault) {
  if (value.Has(Marks::kSensitive | Marks::kEphemeral)) {
    return fault == Fault::kSensitive && value.Has(Marks::kSensitive) ? "has a sensitive value" : "";
  }
  if (value.IsKnown()) return "is " + Summary(value);
  const bool dynamic = value.type().IsDynamic();
  const std::string type = dynamic ? "" : "is a " + value.type().FriendlyName();
  if (fault != Fault::kUnknown) return type;
  return dynamic ? "will be known only after apply" : type + ", known only after apply";
}

// What `reference` stands for if only its first `count` steps are taken.
std::optional<Value> Look(const Reference& reference, size_t count, const Scope& scope) {
  const std::span<const TraversalStep> steps(reference.steps.data(), count);
  Diagnostics ignored;
  size_t used = 0;
  std::optional<Value> value = scope.Find(reference.root, steps, reference.root_range(), used, ignored);
  if (!value || ignored.has_errors()) return std::nullopt;
  for (size_t i = used; i < count; ++i) {
    std::expected<Value, AccessError> next =
        steps[i].is_attribute ? Attribute(*value, steps[i].name) : Index(*value, steps[i].key);
    if (!next) return std::nullopt;
    value = *std::move(next);
  }
  return value;
}

std::string Name(const Reference& reference, size_t count) {
  std::string name(reference.root);
  for (size_t i = 0; i < count; ++i) {
    const TraversalStep& step = reference.steps[i];
    name += step.is_attribute ? "." + std::string(step.name) : "[" + Summary(step.key) + "]";
  }
  return name;
}

}  // namespace

std::vector<std::string> Explain(Node about, const Scope& scope, Fault fault) {
  if (!about) return {};
  std::vector<std::pair<std::string, std::string>> statements;  // by name
  for (const Reference& reference : References(about)) {
    for (size_t count = reference.steps.size() + 1; count-- > 0;) {
      const std::optional<Value> value = Look(reference, count, scope);
      if (!value) continue;  // perhaps the error itself: say what it follows
      std::string statement = Statement(*value, fault);
      if (!statement.empty()) statements.emplace_back(Name(reference, count), std::move(statement));
      break;
    }
  }
  std::sort(statements.begin(), statements.end());
  statements.erase(std::unique(statements.begin(), statements.end()), statements.end());
  std::vector<std::string> lines;
  lines.reserve(statements.size());
  for (auto& [name, statement] : statements) lines.push_back(name + " " + statement);
  return lines;
}

}  // namespace cairn::hcl
