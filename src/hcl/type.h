#pragma once

// Types of values, as cty has them: primitives, collections (all elements of one type), structures (a type
// each), and the dynamic pseudo-type of what is not known yet.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/json.h"

namespace cairn::hcl {

enum class TypeKind : uint8_t { kDynamic, kBool, kNumber, kString, kList, kSet, kMap, kTuple, kObject };

struct ObjectAttribute;

// A value: an immutable description, shared; 8 bytes where a primitive costs nothing to copy. Thread-safe to
// copy and read. Compared by structure.
class Type {
 public:
  Type() = default;  // dynamic
  static Type Dynamic() { return Type(); }
  static Type Bool();
  static Type Number();
  static Type String();
  static Type List(Type element);
  static Type Set(Type element);
  static Type Map(Type element);
  static Type Tuple(std::vector<Type> elements);
  // Attributes of different names, in any order. Names are NFC.
  static Type Object(std::vector<ObjectAttribute> attributes);

  TypeKind kind() const;
  bool IsPrimitive() const;
  bool IsCollection() const;  // list, set, map
  bool IsDynamic() const { return kind() == TypeKind::kDynamic; }
  bool HasDynamic() const;  // itself or anywhere within

  const Type& element() const;                             // of a collection
  const std::vector<Type>& elements() const;               // of a tuple
  const std::vector<ObjectAttribute>& attributes() const;  // of an object, sorted by the bytes of the name
  std::optional<size_t> AttributeIndex(std::string_view name) const;

  bool operator==(const Type& other) const;

  // "list of string", "object", "tuple": the words of error messages.
  std::string FriendlyName() const;
  // The same for a constraint: a dynamic type is "any type".
  std::string ConstraintName() const;

  // docs: ["list","string"], ["object",{"a":"string"},["a"]] (the third element: optional attributes).
  data::Json ToJson() const;
  static Result<Type> FromJson(const data::Json& json);

 private:
  struct Rep;
  explicit Type(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}
  std::shared_ptr<const Rep> rep_;  // null: dynamic
};

struct ObjectAttribute {
  std::string name;
  Type type;
  bool optional = false;  // only in constraints

  bool operator==(const ObjectAttribute&) const = default;
};

}  // namespace cairn::hcl
