#pragma once

// Taking the marks off a value, and putting them on another one of the same shape: providers know no marks.

#include <utility>
#include <vector>

#include "hcl/value.h"
#include "hcl/value_path.h"

namespace cairn::hcl {

struct MarkedPath {
  ValuePath path;
  Marks marks = Marks::kNone;

  bool operator==(const MarkedPath&) const = default;
};

// Where `value` has marks, outermost first. What is within a set has none of its own.
std::vector<MarkedPath> MarkedPaths(const Value& value);

// `value` with these marks in addition. A path that ends early marks what it leads to at last, if that is
// null, unknown or a set; it says nothing where there is no such attribute or element.
Value WithMarkedPaths(const Value& value, const std::vector<MarkedPath>& paths);

// `value` with `with` instead of what is at `path`, whose steps are attributes and keys of lists, tuples and
// maps. As it is where the path leads nowhere.
Value WithValueAt(const Value& value, const ValuePath& path, const Value& with);

}  // namespace cairn::hcl
