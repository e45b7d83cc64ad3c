#pragma once

// The operators of the language on values: unknown operands give unknown results (with what is known about
// them), marks of all operands go to the result. Operands have the right types already, unless said
// otherwise.

#include "base/result.h"
#include "hcl/value.h"

namespace cairn::hcl {

// `==`: of any types; never converts. Unknown where it depends on something unknown.
Value Equal(const Value& a, const Value& b);
Value NotEqual(const Value& a, const Value& b);

// Of numbers that are not null.
Value LessThan(const Value& a, const Value& b);
Value LessThanOrEqual(const Value& a, const Value& b);
Value GreaterThan(const Value& a, const Value& b);
Value GreaterThanOrEqual(const Value& a, const Value& b);
Result<Value> Add(const Value& a, const Value& b);
Result<Value> Subtract(const Value& a, const Value& b);
Result<Value> Multiply(const Value& a, const Value& b);
Result<Value> Divide(const Value& a, const Value& b);
Result<Value> Modulo(const Value& a, const Value& b);
Value Negate(const Value& a);

// Of booleans that are not null.
Value And(const Value& a, const Value& b);
Value Or(const Value& a, const Value& b);
Value Not(const Value& a);

// The number of elements of a list, set, map, tuple or object, which may be unknown and marked.
Value Length(const Value& collection);

}  // namespace cairn::hcl
