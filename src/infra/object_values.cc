#include "infra/object_values.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>

#include "hcl/value_marks.h"
#include "infra/proposed_state.h"

namespace cairn::infra {
namespace {

using hcl::BlockSchema;
using hcl::Marks;
using hcl::Nesting;
using hcl::Value;
using hcl::ValuePath;

bool HasSensitive(std::span<const hcl::AttributeSchema> attributes) {
  for (const hcl::AttributeSchema& attribute : attributes) {
    if (attribute.sensitive || (attribute.nested && HasSensitive(attribute.nested->attributes))) return true;
  }
  return false;
}

bool HasSensitive(const BlockSchema& schema) {
  if (HasSensitive(schema.attributes)) return true;
  for (const hcl::NestedBlock& block : schema.blocks) {
    if (HasSensitive(*block.block)) return true;
  }
  return false;
}

// `change` for each object in what is nested so.
Value ForEachObject(Nesting nesting, const Value& value, const std::function<Value(const Value&)>& change) {
  if (!value.HasContent()) return value;
  const Marks marks = value.marks();
  if (nesting == Nesting::kSingle || nesting == Nesting::kGroup) return change(value);
  std::vector<Value> elements;
  elements.reserve(value.size());
  for (const Value& element : value.elements()) elements.push_back(change(element));
  switch (value.kind()) {
    case hcl::TypeKind::kList:
      return Value::List(value.type().element(), std::move(elements)).WithMarks(marks);
    case hcl::TypeKind::kSet:
      return Value::Set(value.type().element(), std::move(elements)).WithMarks(marks);
    case hcl::TypeKind::kTuple:
      return Value::Tuple(std::move(elements)).WithMarks(marks);
    default:
      break;
  }
  std::vector<hcl::NamedValue> entries;
  for (size_t i = 0; i < elements.size(); ++i)
    entries.push_back({std::string(value.name(i)), std::move(elements[i])});
  if (value.kind() == hcl::TypeKind::kMap)
    return Value::Map(value.type().element(), std::move(entries)).WithMarks(marks);
  return Value::Object(std::move(entries)).WithMarks(marks);
}

// An object with other values for some of its members.
Value WithMembers(const Value& object, const std::function<Value(std::string_view, const Value&)>& change) {
  std::vector<hcl::NamedValue> members;
  members.reserve(object.size());
  for (size_t i = 0; i < object.size(); ++i) {
    members.push_back({std::string(object.name(i)), change(object.name(i), object.elements()[i])});
  }
  return Value::Object(std::move(members)).WithMarks(object.marks());
}

Value MarkAttribute(const hcl::AttributeSchema& attribute, const Value& value);

Value MarkAttributes(const hcl::NestedAttributes& nested, const Value& object) {
  if (!object.HasContent()) return object;
  return WithMembers(object, [&](std::string_view name, const Value& member) {
    for (const hcl::AttributeSchema& attribute : nested.attributes) {
      if (attribute.name == name) return MarkAttribute(attribute, member);
    }
    return member;
  });
}

Value MarkAttribute(const hcl::AttributeSchema& attribute, const Value& value) {
  if (attribute.sensitive) return value.WithMarks(Marks::kSensitive);
  if (!attribute.nested || !HasSensitive(attribute.nested->attributes)) return value;
  return ForEachObject(attribute.nested->nesting, value,
                       [&](const Value& object) { return MarkAttributes(*attribute.nested, object); });
}

// Of maps: keys that one of the two lacks come and go.
Value WithMapKey(const Value& config, const Value& prior, const ValuePath& path) {
  const ValuePath parent(path.begin(), path.end() - 1);
  const Value map = hcl::ValueAt(config, parent);
  const Value prior_map = hcl::ValueAt(prior, parent);
  const bool known = (map.HasContent() || map.IsNull()) && prior_map.IsKnown();
  if (!known) return config;
  const std::string key(path.back().key.AsString());
  std::vector<hcl::NamedValue> entries;
  for (size_t i = 0; map.HasContent() && i < map.size(); ++i) {
    if (map.name(i) != key) entries.push_back({std::string(map.name(i)), map.elements()[i]});
  }
  const Value* kept = prior_map.HasContent() ? prior_map.Find(key) : nullptr;
  if (kept != nullptr) entries.push_back({key, *kept});
  if (entries.empty() && map.IsNull()) return config;
  const hcl::Type element = map.HasContent() ? map.type().element() : prior_map.type().element();
  return hcl::WithValueAt(config, parent, Value::Map(element, std::move(entries)));
}

bool IsMapKey(const Value& config, const Value& prior, const ValuePath& path) {
  if (path.size() < 2 || path.back().is_attribute()) return false;
  const hcl::Value& key = path.back().key;
  if (!key.HasContent() || key.kind() != hcl::TypeKind::kString) return false;
  const ValuePath parent(path.begin(), path.end() - 1);
  return hcl::ValueAt(config, parent).kind() == hcl::TypeKind::kMap ||
         hcl::ValueAt(prior, parent).kind() == hcl::TypeKind::kMap;
}

}  // namespace

std::vector<hcl::MarkedPath> LastingMarks(const Value& config) {
  std::vector<hcl::MarkedPath> lasting;
  for (hcl::MarkedPath& marked : hcl::MarkedPaths(config)) {
    marked.marks = marked.marks & ~hcl::Marks::kEphemeral;
    if (marked.marks != hcl::Marks::kNone) lasting.push_back(std::move(marked));
  }
  return lasting;
}

Value WithSchemaMarks(const BlockSchema& schema, const Value& value) {
  if (!value.HasContent() || !HasSensitive(schema)) return value;
  return WithMembers(value, [&](std::string_view name, const Value& member) {
    if (const hcl::AttributeSchema* attribute = schema.FindAttribute(name))
      return MarkAttribute(*attribute, member);
    if (const hcl::NestedBlock* block = schema.FindBlock(name)) {
      return ForEachObject(block->nesting, member,
                           [&](const Value& object) { return WithSchemaMarks(*block->block, object); });
    }
    return member;
  });
}

Value WithAllMarks(const BlockSchema& schema, const Value& value, const std::vector<hcl::MarkedPath>& marks) {
  return WithSchemaMarks(schema, hcl::WithMarkedPaths(value, marks));
}

Value WithIgnoredChanges(const config::Lifecycle& lifecycle, const Value& prior, const Value& config) {
  if (lifecycle.ignore_all_changes) return prior;
  Value result = config;
  for (const ValuePath& path : lifecycle.ignore_changes) {
    result = IsMapKey(result, prior, path) ? WithMapKey(result, prior, path)
                                           : hcl::WithValueAt(result, path, hcl::ValueAt(prior, path));
  }
  return result;
}

std::vector<ValuePath> ChangedPaths(const std::vector<ValuePath>& paths, const Value& prior,
                                    const Value& planned) {
  std::vector<ValuePath> changed;
  for (const ValuePath& path : paths) {
    const Value now = hcl::ValueAt(planned, path);
    const Value was = hcl::ValueAt(prior, path);
    const bool same = now.IsWhollyKnown() && (now == was || (now.IsNull() && was.IsNull()));
    if (!same && std::ranges::find(changed, path) == changed.end()) changed.push_back(path);
  }
  return changed;
}

Value WithEmptyBlocks(const BlockSchema& schema, const Value& value) {
  if (!value.HasContent() || schema.blocks.empty()) return value;
  const Value empty = EmptyObject(schema);
  return WithMembers(value, [&](std::string_view name, const Value& member) {
    const hcl::NestedBlock* block = schema.FindBlock(name);
    if (block == nullptr) return member;
    if (member.IsNull()) return *empty.Find(name);
    return ForEachObject(block->nesting, member,
                         [&](const Value& object) { return WithEmptyBlocks(*block->block, object); });
  });
}

Value KnownParts(const Value& value) {
  if (!value.IsKnown()) return Value::Null(value.type()).WithMarks(value.marks());
  if (value.IsWhollyKnown()) return value;
  if (value.kind() == hcl::TypeKind::kObject) {
    return WithMembers(value, [](std::string_view, const Value& member) { return KnownParts(member); });
  }
  return ForEachObject(Nesting::kList, value, KnownParts);
}

}  // namespace cairn::infra
