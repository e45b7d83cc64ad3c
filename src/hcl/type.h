#pragma once

// Types of values, as cty has them: primitives, collections (all elements of one type), structures (a type
// each), and the dynamic pseudo-type of what is not known yet.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/json_fwd.h"
#include "hcl/shared.h"

namespace cairn::hcl {

enum class TypeKind : uint8_t { kDynamic, kBool, kNumber, kString, kList, kSet, kMap, kTuple, kObject };

struct ObjectAttribute;

// Bytes of text that weigh as much as a value or type (Value::weight).
inline constexpr size_t kWeightBytes = 32;

// No more than the greatest number.
constexpr uint64_t AddWeight(uint64_t a, uint64_t b) {
  return a + b < a ? UINT64_MAX : a + b;
}

// A value: an immutable description, shared; primitives are no more than their kind. Thread-safe to copy and
// read. Compared by structure, which costs nothing for copies of one type.
class Type {
 public:
  constexpr Type() = default;                              // dynamic
  constexpr explicit Type(TypeKind kind) : kind_(kind) {}  // dynamic or primitive
  static Type Dynamic() { return Type(); }
  static Type Bool() { return Type(TypeKind::kBool); }
  static Type Number() { return Type(TypeKind::kNumber); }
  static Type String() { return Type(TypeKind::kString); }
  static Type List(Type element);
  static Type Set(Type element);
  static Type Map(Type element);
  static Type Tuple(std::vector<Type> elements);
  // Attributes of different names, in any order. Names are NFC.
  static Type Object(std::vector<ObjectAttribute> attributes);

  TypeKind kind() const { return kind_; }
  bool Is(TypeKind kind) const { return kind_ == kind; }
  bool IsDynamic() const { return kind_ == TypeKind::kDynamic; }
  bool IsPrimitive() const { return kind_ >= TypeKind::kBool && kind_ <= TypeKind::kString; }
  bool IsCollection() const { return kind_ >= TypeKind::kList && kind_ <= TypeKind::kMap; }
  bool HasDynamic() const;   // itself or anywhere within
  bool HasOptional() const;  // attributes, anywhere within
  // How many types there are within, itself included, and one more for every kWeightBytes of a name: each as
  // often as it occurs, though it be shared. At most the greatest number.
  uint64_t weight() const;
  // The type of values that a constraint leads to: no attribute is optional, here or within.
  Type WithoutOptional() const;

  const Type& element() const;                             // of a collection
  const std::vector<Type>& elements() const;               // of a tuple
  const std::vector<ObjectAttribute>& attributes() const;  // of an object, sorted by the bytes of the name
  std::optional<size_t> AttributeIndex(std::string_view name) const;

  bool operator==(const Type& other) const;

  // "list of string", "object", "tuple": the words of error messages.
  std::string FriendlyName() const;
  // The same for a constraint: a dynamic type is "any type", an element of one "any single type".
  std::string ConstraintName() const;

  // As states, plans and providers write types: "string", "dynamic", ["list","string"], ["tuple",["bool"]],
  // ["object",{"a":"string"},["a"]] (the third element, if there is one: the optional attributes).
  data::Json ToJson() const;
  static Result<Type> FromJson(const data::Json& json);

 private:
  struct Rep;
  Type(TypeKind kind, Rep* rep);

  TypeKind kind_ = TypeKind::kDynamic;
  Ref<Rep> rep_;  // null: dynamic or primitive
};

struct ObjectAttribute {
  std::string name;
  Type type;
  bool optional = false;  // only in constraints

  bool operator==(const ObjectAttribute&) const = default;
};

}  // namespace cairn::hcl
