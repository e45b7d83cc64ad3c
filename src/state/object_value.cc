#include "state/object_value.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "hcl/value_json.h"
#include "state/state_format.h"

namespace cairn::state {
namespace {

using hcl::TypeKind;
using hcl::Value;
using Path = std::span<const hcl::PathStep>;

bool HasNames(const Value& value) {
  return value.kind() == TypeKind::kMap || value.kind() == TypeKind::kObject;
}

hcl::PathStep StepTo(const Value& value, size_t i) {
  switch (value.kind()) {
    case TypeKind::kObject:
      return hcl::PathStep::Attribute(value.name(i));
    case TypeKind::kMap:
      return hcl::PathStep::Index(Value::String(value.name(i)));
    case TypeKind::kSet:
      return hcl::PathStep::Index(value.elements()[i]);
    default:
      return hcl::PathStep::Index(Value::Int(int64_t(i)));
  }
}

void CollectPaths(const Value& value, hcl::Marks marks, hcl::ValuePath& path,
                  std::vector<hcl::ValuePath>& out) {
  if (value.Has(marks)) out.push_back(path);
  if (!value.HasContent() || value.kind() < TypeKind::kList) return;
  for (size_t i = 0; i < value.size(); ++i) {
    if ((value.elements()[i].MarksWithin() & marks) == hcl::Marks::kNone) continue;
    path.push_back(StepTo(value, i));
    CollectPaths(value.elements()[i], marks, path, out);
    path.pop_back();
  }
}

// Which element of `value` the step leads to.
std::optional<size_t> IndexOf(const Value& value, const hcl::PathStep& step) {
  if (!value.HasContent() || value.kind() < TypeKind::kList || value.kind() == TypeKind::kSet) {
    return std::nullopt;
  }
  if (HasNames(value)) {
    const bool is_text = step.key.HasContent() && step.key.kind() == TypeKind::kString;
    if (!step.is_attribute() && !is_text) return std::nullopt;
    const std::string_view name =
        step.is_attribute() ? std::string_view(step.attribute) : step.key.AsString();
    const Value* found = value.Find(name);
    if (found == nullptr) return std::nullopt;
    return size_t(found - value.elements().data());
  }
  if (step.is_attribute() || !step.key.HasContent() || step.key.kind() != TypeKind::kNumber)
    return std::nullopt;
  const std::optional<int64_t> index = step.key.AsNumber().AsInt64();
  if (!index || *index < 0 || size_t(*index) >= value.size()) return std::nullopt;
  return size_t(*index);
}

Value With(const Value& value, std::vector<Value> elements) {
  if (!HasNames(value)) return Value::Of(value.type(), std::move(elements)).WithMarks(value.marks());
  std::vector<hcl::NamedValue> named;
  named.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    named.push_back({std::string(value.name(i)), std::move(elements[i])});
  }
  const Value made = value.kind() == TypeKind::kMap ? Value::Map(value.type().element(), std::move(named))
                                                    : Value::Object(std::move(named));
  return made.WithMarks(value.marks());
}

Value MarkAt(const Value& value, Path path, hcl::Marks marks) {
  const std::optional<size_t> index = path.empty() ? std::nullopt : IndexOf(value, path.front());
  if (!index) return value.WithMarks(marks);
  std::vector<Value> elements(value.elements().begin(), value.elements().end());
  elements[*index] = MarkAt(elements[*index], path.subspan(1), marks);
  return With(value, std::move(elements));
}

}  // namespace

std::vector<hcl::ValuePath> PathsMarked(const Value& value, hcl::Marks marks) {
  std::vector<hcl::ValuePath> out;
  hcl::ValuePath path;
  CollectPaths(value, marks, path, out);
  return out;
}

Value MarkedAt(const Value& value, const std::vector<hcl::ValuePath>& paths, hcl::Marks marks) {
  Value out = value;
  for (const hcl::ValuePath& path : paths) out = MarkAt(out, path, marks);
  return out;
}

Result<Value> DecodeAttributes(const InstanceObject& object, const hcl::Type& type) {
  if (object.attributes.empty()) {
    return Fail(ErrorCode::kInvalid, "the attributes are in the form of versions before 0.12");
  }
  auto value = hcl::FromJsonText(object.attributes.text, type, {.bytes_max = kStateBytesMax});
  if (!value) return value;
  return MarkedAt(*value, object.sensitive, hcl::Marks::kSensitive);
}

Result<> EncodeAttributes(const Value& value, const hcl::Type& type, InstanceObject& object) {
  auto text = hcl::ToJsonText(value.WithoutMarksWithin(), type);
  if (!text) return std::unexpected(text.error());
  object.attributes = JsonText::Of(std::move(*text));
  object.attributes_flat = {};
  object.sensitive = PathsMarked(value, hcl::Marks::kSensitive);
  for (hcl::ValuePath& path : object.sensitive) {
    for (hcl::PathStep& step : path) step.key = step.key.WithoutMarksWithin();
  }
  return {};
}

}  // namespace cairn::state
