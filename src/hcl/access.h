#pragma once

// The operators `.name` and `[key]` on values.

#include <expected>
#include <string>
#include <string_view>

#include "hcl/value.h"

namespace cairn::hcl {

// Why there is nothing there, as a diagnostic says it.
struct AccessError {
  std::string summary;
  std::string detail;
};

// What follows `object.`: an attribute of an object or an element of a map. Of something unknown it is
// unknown, with the type that it will have. Marks of `object` go to the result.
std::expected<Value, AccessError> Attribute(const Value& object, std::string_view name);

// What `collection[key]` is, for lists, tuples, maps and objects. `key` is converted.
std::expected<Value, AccessError> Index(const Value& collection, const Value& key);

}  // namespace cairn::hcl
