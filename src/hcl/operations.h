#pragma once

// The operators of the language on values: unknown operands give unknown results (with what is known about
// them), marks of all operands go to the result. Operands have the right types already, unless said
// otherwise. Elements and attributes of values are access.h's.

#include "base/result.h"
#include "hcl/value.h"

namespace cairn::hcl {

// `==`: of any types; never converts; two nulls are equal whatever their types. Unknown where it depends on
// something unknown. Marks within the operands count.
Value Equal(const Value& a, const Value& b);
Value NotEqual(const Value& a, const Value& b);

// Of numbers that are not null. Bounds of unknown ones may decide.
Value LessThan(const Value& a, const Value& b);
Value LessThanOrEqual(const Value& a, const Value& b);
Value GreaterThan(const Value& a, const Value& b);
Value GreaterThanOrEqual(const Value& a, const Value& b);

// Of numbers that are not null. kInvalid where there is no result, in the peer's words: "can't compute sum of
// opposing infinities".
Result<Value> Add(const Value& a, const Value& b);
Result<Value> Subtract(const Value& a, const Value& b);
Result<Value> Multiply(const Value& a, const Value& b);
Result<Value> Divide(const Value& a, const Value& b);
Result<Value> Modulo(const Value& a, const Value& b);
Value Negate(const Value& a);

// Of booleans that are not null. Unknown if one operand is, whatever the other one.
Value And(const Value& a, const Value& b);
Value Or(const Value& a, const Value& b);
Value Not(const Value& a);

// The number of elements of a list, set, map, tuple or object that is not null, but may be unknown (or
// dynamic) and marked.
Value Length(const Value& collection);

// Whether values of type `given` are values of `wanted`: the same type, or a dynamic part where `wanted` has
// one.
bool Conforms(const Type& given, const Type& wanted);

}  // namespace cairn::hcl
