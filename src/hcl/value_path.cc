#include "hcl/value_path.h"

#include "hcl/quote.h"

namespace cairn::hcl {
namespace {

Value StepInto(const Value& value, const PathStep& step) {
  if (!value.IsKnown()) return Value::Dynamic();
  if (value.IsNull()) return Value();
  if (step.is_attribute() || step.key.kind() == TypeKind::kString) {
    if (value.kind() != TypeKind::kObject && value.kind() != TypeKind::kMap) {
      return value.kind() == TypeKind::kSet && value.Contains(step.key) ? step.key : Value();
    }
    const Value* found = value.Find(step.is_attribute() ? step.attribute : step.key.AsString());
    return found != nullptr ? *found : Value();
  }
  if (value.kind() == TypeKind::kSet) return value.Contains(step.key) ? step.key : Value();
  if (value.kind() != TypeKind::kList && value.kind() != TypeKind::kTuple) return Value();
  if (!step.key.HasContent() || step.key.kind() != TypeKind::kNumber) return Value();
  const auto index = step.key.AsNumber().AsInt64();
  return index && *index >= 0 && size_t(*index) < value.size() ? value.elements()[size_t(*index)] : Value();
}

}  // namespace

Value ValueAt(const Value& value, const ValuePath& path) {
  Value at = value;
  for (const PathStep& step : path) {
    const Marks marks = at.marks();
    at = StepInto(at.WithoutMarks(), step).WithMarks(marks);
  }
  return at;
}

std::string ToString(const ValuePath& path) {
  std::string text;
  for (const PathStep& step : path) {
    if (step.is_attribute()) {
      text += '.';
      text += step.attribute;
    } else if (step.key.HasContent() && step.key.kind() == TypeKind::kString) {
      text += '[';
      AppendGoQuoted(text, step.key.AsString());
      text += ']';
    } else if (step.key.HasContent() && step.key.kind() == TypeKind::kNumber) {
      text += '[' + step.key.AsNumber().ToString() + ']';
    } else {
      text += "[...]";
    }
  }
  return text;
}

}  // namespace cairn::hcl
