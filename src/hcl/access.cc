#include "hcl/access.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/convert.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

using Accessed = std::expected<Value, AccessError>;

std::unexpected<AccessError> Unsupported(std::string detail) {
  return std::unexpected(AccessError{"Unsupported attribute", std::move(detail)});
}

std::unexpected<AccessError> Invalid(std::string detail) {
  return std::unexpected(AccessError{"Invalid index", std::move(detail)});
}

std::unexpected<AccessError> NoSuchKey(std::string_view why = {}) {
  std::string detail = "The given key does not identify an element in this collection value";
  if (!why.empty()) detail.append(": ").append(why);
  return Invalid(detail + ".");
}

// `value` with the marks of what it is part of.
Value From(const Value& whole, const Value& value) {
  return whole.marks() == Marks::kNone ? value : value.WithMarks(whole.marks());
}

// Types that have no attributes.
std::unexpected<AccessError> NoAttributes(const Type& type, std::string_view name) {
  if (type.IsPrimitive()) {
    return Unsupported(
        Format("Can't access attributes on a primitive-typed value ({}).", type.FriendlyName()));
  }
  const bool is_list = type.kind() == TypeKind::kList;
  if ((is_list || type.kind() == TypeKind::kSet) && type.element().kind() == TypeKind::kObject) {
    if (!is_list) {
      return Unsupported(
          "Can't access attributes on a set of objects. Did you mean to access an attribute across all "
          "elements of the set?");
    }
    const std::string what =
        type.element().AttributeIndex(name) ? "attribute " + Quote(name) : "an attribute";
    return Unsupported(Format(
        "Can't access attributes on a list of objects. Did you mean to access {} for a specific element "
        "of the list, or across all elements of the list?",
        what));
  }
  return Unsupported("This value does not have any attributes.");
}

Accessed AttributeOfNfc(const Value& object, std::string_view name) {
  const Type& type = object.type();
  if (object.IsNull()) {
    return std::unexpected(AccessError{"Attempt to get attribute from null value",
                                       "This value is null, so it does not have any attributes."});
  }
  switch (type.kind()) {
    case TypeKind::kObject: {
      const std::optional<size_t> i = type.AttributeIndex(name);
      if (!i) return Unsupported(Format("This object does not have an attribute named {}.", Quote(name)));
      return From(object,
                  object.IsKnown() ? object.elements()[*i] : Value::Unknown(type.attributes()[*i].type));
    }
    case TypeKind::kMap: {
      if (!object.IsKnown()) return From(object, Value::Unknown(type.element()));
      if (const Value* found = object.Find(name)) return From(object, *found);
      return std::unexpected(AccessError{
          "Missing map element", Format("This map does not have an element with the key {}.", Quote(name))});
    }
    case TypeKind::kDynamic:
      return From(object, Value::Dynamic());
    default:
      return NoAttributes(type, name);
  }
}

// Says why a list or tuple has no element `key`, which is a known number.
std::unexpected<AccessError> NoSuchElement(const Value& collection, const Number& key) {
  if (!key.IsWhole()) {
    return NoSuchKey(
        "indexing a sequence requires a whole number, but the given index has a fractional part");
  }
  if (key.Sign() < 0) return NoSuchKey("a negative number is not a valid index for a sequence");
  const Type& type = collection.type();
  const size_t size = type.kind() == TypeKind::kTuple ? type.elements().size() : collection.size();
  // As the peer has it: only of the first index past the end.
  if (collection.marks() != Marks::kNone || !(key == Number(int64_t(size)))) return NoSuchKey();
  if (size == 0) return NoSuchKey("the collection has no elements");
  return NoSuchKey("the given index is greater than or equal to the length of the collection");
}

Accessed IndexSequence(const Value& collection, const Value& key) {
  const Type& type = collection.type();
  const bool is_tuple = type.kind() == TypeKind::kTuple;
  if (!key.IsKnown() || (!is_tuple && !collection.IsKnown())) {
    return From(collection, is_tuple ? Value::Dynamic() : Value::Unknown(type.element()));
  }
  const std::optional<int64_t> i = key.AsNumber().AsInt64();
  const size_t size = is_tuple ? type.elements().size() : collection.size();
  if (!i || *i < 0 || uint64_t(*i) >= size) return NoSuchElement(collection, key.AsNumber());
  const Value element =
      collection.IsKnown() ? collection.elements()[size_t(*i)] : Value::Unknown(type.elements()[size_t(*i)]);
  return From(key, From(collection, element));
}

Accessed IndexMap(const Value& collection, const Value& key) {
  if (!key.IsKnown() || !collection.IsKnown()) {
    return From(collection, Value::Unknown(collection.type().element()));
  }
  const Value* found = collection.Find(key.AsString());
  if (!found) return NoSuchKey();
  return From(key, From(collection, *found));
}

// The marks of the key do not go to the result, as with the peer.
Accessed IndexObject(const Value& collection, const Value& key, bool was_number) {
  if (!key.IsKnown() || !collection.IsKnown()) return From(collection, Value::Dynamic());
  const std::optional<size_t> i = collection.type().AttributeIndex(key.AsString());
  if (i) return From(collection, collection.elements()[*i]);
  std::unexpected<AccessError> error = NoSuchKey();
  if (was_number) {
    error.error().detail += " An object only supports looking up attributes by name, not by numeric index.";
  }
  return error;
}

}  // namespace

Accessed Attribute(const Value& object, std::string_view name) {
  const bool is_ascii = std::all_of(name.begin(), name.end(), [](char c) { return uint8_t(c) < 0x80; });
  return is_ascii ? AttributeOfNfc(object, name) : AttributeOfNfc(object, Normalize(name));
}

Accessed Index(const Value& collection, const Value& key) {
  if (collection.IsNull()) {
    return std::unexpected(
        AccessError{"Attempt to index null value", "This value is null, so it does not have any indices."});
  }
  if (key.IsNull()) return Invalid("Can't use a null value as an indexing key.");
  const TypeKind kind = collection.type().kind();
  if (kind == TypeKind::kDynamic || key.type().IsDynamic()) return From(collection, Value::Dynamic());

  const bool is_sequence = kind == TypeKind::kList || kind == TypeKind::kTuple;
  if (!is_sequence && kind != TypeKind::kMap && kind != TypeKind::kObject) {
    return Invalid(
        kind == TypeKind::kSet
            ? "Elements of a set are identified only by their value and don't have any separate index "
              "or key to select with, so it's only possible to perform operations across all elements "
              "of the set."
            : "This value does not have any indices.");
  }
  const auto converted = Convert(key, is_sequence ? Type::Number() : Type::String());
  if (!converted) return NoSuchKey(converted.error().message);
  if (is_sequence) return IndexSequence(collection, *converted);
  if (kind == TypeKind::kMap) return IndexMap(collection, *converted);
  return IndexObject(collection, *converted, key.type().kind() == TypeKind::kNumber);
}

}  // namespace cairn::hcl
