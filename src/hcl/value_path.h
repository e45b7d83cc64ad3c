#pragma once

// Where something is within a value: `.tags["Name"]`, `.rules[0].port`.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hcl/value.h"

namespace cairn::hcl {

// One step into a value: an attribute of an object, or a key: of a list or tuple a number, of a map a string,
// of a set the element itself.
struct PathStep {
  std::string attribute = {};
  Value key = {};  // counts where `attribute` is empty

  static PathStep Attribute(std::string_view name) { return {.attribute = std::string(name)}; }
  static PathStep Index(Value key) { return {.key = std::move(key)}; }
  bool is_attribute() const { return !attribute.empty(); }
  bool operator==(const PathStep&) const = default;
};

// From the outermost step; empty for the value itself.
using ValuePath = std::vector<PathStep>;

// What is at `path`; Dynamic where something on the way is unknown, null where something is null or not
// there.
Value ValueAt(const Value& value, const ValuePath& path);

// As the language writes it: `.tags["Name"]`; a set's element is `[...]`.
std::string ToString(const ValuePath& path);

}  // namespace cairn::hcl
