#pragma once

// The canonical order of sets (Value::CompareForSet), for the value system itself.

#include <span>
#include <string>
#include <vector>

#include "hcl/value.h"

namespace cairn::hcl {

// Sorts the elements of a set, and leaves one of several equal ones; values that are not wholly known are
// never equal. `elements` are of one type and without marks.
void SortForSet(std::vector<Value>& elements);

// Whether `elements`, sorted so, have an element equal to `value`, which is wholly known.
bool SetContains(std::span<const Value> elements, const Value& value);

// The text that stands for `value`, which has no marks, in that order. cty hashes the same text.
std::string SetHashText(const Value& value);

}  // namespace cairn::hcl
