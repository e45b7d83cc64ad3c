#pragma once

// Conversion of values between types, and the one type that several can be converted to, by cty's rules.
//
// Safe are conversions that no value objects to: a number or boolean to a string, an object to a map, a tuple
// to a list or set, each if its elements have one type or can be converted to one. Unsafe in addition: a
// string to a number or boolean, a list to a set, a map to an object.

#include <expected>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "hcl/type.h"
#include "hcl/value.h"

namespace cairn::hcl {

enum class Safety { kSafe, kUnsafe };

// Whether values of `from` can be converted to `to`, which may be a constraint: dynamic, or with optional
// attributes.
bool CanConvert(const Type& from, const Type& to, Safety safety = Safety::kUnsafe);

// Why a value cannot be converted: `message` is a clause without a full stop ("a number is required"),
// `place` where within the value (".rules[0].port", `["a"]`; empty: the value itself).
struct ConversionError : Error {
  std::string place = {};

  // As the peer says it where a place helps: "[0]: a number is required".
  std::string Text() const { return place.empty() ? message : place + ": " + message; }
};

// `value` as one of `type`: marks, unknown and null values are kept, optional attributes that are missing
// become null (defaults.h has their defaults), dynamic parts of `type` take the type that the value has
// there.
std::expected<Value, ConversionError> Convert(const Value& value, const Type& type,
                                              Safety safety = Safety::kUnsafe);

// A type that values of all `types` can be converted to; nothing if there is none, or no types. Dynamic where
// collections or structures are to agree with something of dynamic type: what comes of that is not known yet.
std::optional<Type> Unify(std::span<const Type> types, Safety safety = Safety::kUnsafe);

// Why values of `from` cannot be converted to `to`: "list of string required", `attribute "a" is required`,
// `element 0: number required`.
std::string MismatchMessage(const Type& from, const Type& to);

}  // namespace cairn::hcl
