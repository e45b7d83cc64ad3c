#pragma once

// Conversion of values between types, and the one type that several can be converted to, by cty's rules.

#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "hcl/type.h"
#include "hcl/value.h"

namespace cairn::hcl {

// Whether conversions that may fail for some values ("12" to a number, a list to a set that drops duplicates)
// count.
enum class Safety { kSafe, kUnsafe };

// Whether values of `from` can be converted to `to`, which may be a constraint: dynamic, or with optional
// attributes.
bool CanConvert(const Type& from, const Type& to, Safety safety = Safety::kUnsafe);

// `value` as one of `type`: marks, unknown and null values are kept, optional attributes that are missing
// become null, dynamic parts of `type` take the type that the value has there. kInvalid says why not, in the
// words of error messages, with the place within the value: "element 0: a number is required".
Result<Value> Convert(const Value& value, const Type& type, Safety safety = Safety::kUnsafe);

// A type that values of all `types` can be converted to; nothing if there is none.
std::optional<Type> Unify(std::span<const Type> types, Safety safety = Safety::kUnsafe);

// Why values of `from` cannot be converted to `to`: "string required, but have list of string".
std::string MismatchMessage(const Type& from, const Type& to);

}  // namespace cairn::hcl
