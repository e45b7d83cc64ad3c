#include "hcl/defaults.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "hcl/convert.h"

namespace cairn::hcl {
namespace {

const Defaults* ChildOf(const Defaults& defaults, std::string_view step) {
  const bool has_steps = defaults.type.Is(TypeKind::kObject) || defaults.type.Is(TypeKind::kTuple);
  const auto child = defaults.children.find(has_steps ? step : std::string_view());
  return child == defaults.children.end() ? nullptr : &child->second;
}

Value ApplyWithin(const Defaults& defaults, std::string_view step, const Value& element) {
  const Defaults* child = ChildOf(defaults, step);
  return child ? ApplyDefaults(*child, element) : element;
}

// Brings values of several types to one, and says which; nothing if that is impossible.
std::optional<Type> UnifyValues(std::vector<Value>& values) {
  std::vector<Type> types;
  types.reserve(values.size());
  for (const Value& value : values) types.push_back(value.type());
  const std::optional<Type> type = Unify(types);
  if (!type) return std::nullopt;
  std::vector<Value> converted;
  converted.reserve(values.size());
  for (const Value& value : values) {
    auto one = Convert(value, *type);
    if (!one || !(one->type() == *type)) return std::nullopt;
    converted.push_back(*std::move(one));
  }
  values = std::move(converted);
  return type;
}

Value ApplyToSequence(const Defaults& defaults, const Value& value) {
  std::vector<Value> elements;
  elements.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    elements.push_back(ApplyWithin(defaults, std::to_string(i), value.elements()[i]));
  }
  if (value.kind() == TypeKind::kTuple) return Value::Tuple(std::move(elements));
  if (elements.empty()) return value;
  const std::optional<Type> type = UnifyValues(elements);
  if (!type) return Value::Tuple(std::move(elements));
  return value.kind() == TypeKind::kList ? Value::List(*type, std::move(elements))
                                         : Value::Set(*type, std::move(elements));
}

// An attribute's value, or its default where that is missing (null pointer) or null.
Value ApplyToAttribute(const Defaults& defaults, const std::string& name, const Value& fallback,
                       const Value* given) {
  if (!given || given->IsNull()) return ApplyWithin(defaults, name, fallback);
  return fallback.IsNeverNull() ? given->RefinedNotNull() : *given;
}

Value ApplyToMapping(const Defaults& defaults, const Value& value) {
  std::vector<NamedValue> members;
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string name(value.name(i));
    members.push_back({name, ApplyWithin(defaults, name, value.elements()[i])});
  }
  for (const auto& [name, fallback] : defaults.values) {
    const auto given = std::ranges::find(members, name, &NamedValue::name);
    Value attribute =
        ApplyToAttribute(defaults, name, fallback, given == members.end() ? nullptr : &given->value);
    if (given == members.end()) {
      members.push_back({name, std::move(attribute)});
    } else {
      given->value = std::move(attribute);
    }
  }
  if (value.kind() == TypeKind::kObject) return Value::Object(std::move(members));
  if (members.empty()) return value;
  std::vector<Value> elements;
  for (const NamedValue& member : members) elements.push_back(member.value);
  const std::optional<Type> type = UnifyValues(elements);
  if (!type) return Value::Object(std::move(members));
  for (size_t i = 0; i < members.size(); ++i) members[i].value = std::move(elements[i]);
  return Value::Map(*type, std::move(members));
}

}  // namespace

// As deep as the constraint is.
Value ApplyDefaults(const Defaults& defaults, const Value& value) {
  if (defaults.empty() || !value.HasContent() || value.kind() < TypeKind::kList) return value;
  const bool has_names = value.kind() == TypeKind::kMap || value.kind() == TypeKind::kObject;
  const Value out = has_names ? ApplyToMapping(defaults, value) : ApplyToSequence(defaults, value);
  return out.WithMarks(value.marks());
}

}  // namespace cairn::hcl
