#include "hcl/value_marks.h"

#include <optional>
#include <span>

namespace cairn::hcl {
namespace {

bool IsNamed(const Value& value) {
  return value.kind() == TypeKind::kObject || value.kind() == TypeKind::kMap;
}

PathStep StepTo(const Value& value, size_t i) {
  if (value.kind() == TypeKind::kObject) return PathStep::Attribute(value.name(i));
  if (value.kind() == TypeKind::kMap) return PathStep::Index(Value::String(value.name(i)));
  return PathStep::Index(Value::Int(int64_t(i)));
}

void Collect(const Value& value, ValuePath& path, std::vector<MarkedPath>& found) {
  if (value.MarksWithin() == Marks::kNone) return;
  if (value.marks() != Marks::kNone) found.push_back({path, value.marks()});
  if (!value.HasContent() || value.kind() == TypeKind::kSet) return;
  if (!IsNamed(value) && value.kind() != TypeKind::kList && value.kind() != TypeKind::kTuple) return;
  for (size_t i = 0; i < value.size(); ++i) {
    path.push_back(StepTo(value, i));
    Collect(value.elements()[i], path, found);
    path.pop_back();
  }
}

// Which element `step` leads to.
std::optional<size_t> ElementAt(const Value& value, const PathStep& step) {
  if (IsNamed(value)) {
    const bool is_text =
        step.is_attribute() || (step.key.HasContent() && step.key.kind() == TypeKind::kString);
    if (!is_text) return std::nullopt;
    const Value* found = value.Find(step.is_attribute() ? step.attribute : step.key.AsString());
    if (found == nullptr) return std::nullopt;
    return size_t(found - value.elements().data());
  }
  if (value.kind() != TypeKind::kList && value.kind() != TypeKind::kTuple) return std::nullopt;
  if (step.is_attribute() || !step.key.HasContent() || step.key.kind() != TypeKind::kNumber)
    return std::nullopt;
  const auto index = step.key.AsNumber().AsInt64();
  if (!index || *index < 0 || size_t(*index) >= value.size()) return std::nullopt;
  return size_t(*index);
}

// `value`, a list, tuple, map or object, with another element `i`.
Value Rebuilt(const Value& value, size_t i, Value element) {
  const Marks marks = value.marks();
  std::vector<Value> elements(value.elements().begin(), value.elements().end());
  elements[i] = std::move(element);
  if (!IsNamed(value)) {
    if (value.kind() == TypeKind::kTuple) return Value::Tuple(std::move(elements)).WithMarks(marks);
    return Value::List(value.type().element(), std::move(elements)).WithMarks(marks);
  }
  std::vector<NamedValue> entries;
  entries.reserve(elements.size());
  for (size_t e = 0; e < elements.size(); ++e)
    entries.push_back({std::string(value.name(e)), std::move(elements[e])});
  if (value.kind() == TypeKind::kObject) return Value::Object(std::move(entries)).WithMarks(marks);
  return Value::Map(value.type().element(), std::move(entries)).WithMarks(marks);
}

Value Mark(const Value& value, std::span<const PathStep> path, Marks marks) {
  if (path.empty() || !value.HasContent() || value.kind() == TypeKind::kSet) return value.WithMarks(marks);
  const auto i = ElementAt(value, path[0]);
  return i ? Rebuilt(value, *i, Mark(value.elements()[*i], path.subspan(1), marks)) : value;
}

Value Replace(const Value& value, std::span<const PathStep> path, const Value& with) {
  if (path.empty()) return with;
  if (!value.HasContent()) return value;
  const auto i = ElementAt(value, path[0]);
  return i ? Rebuilt(value, *i, Replace(value.elements()[*i], path.subspan(1), with)) : value;
}

}  // namespace

std::vector<MarkedPath> MarkedPaths(const Value& value) {
  std::vector<MarkedPath> found;
  ValuePath path;
  Collect(value, path, found);
  return found;
}

Value WithMarkedPaths(const Value& value, const std::vector<MarkedPath>& paths) {
  Value marked = value;
  for (const MarkedPath& path : paths) marked = Mark(marked, path.path, path.marks);
  return marked;
}

Value WithValueAt(const Value& value, const ValuePath& path, const Value& with) {
  return Replace(value, path, with);
}

}  // namespace cairn::hcl
