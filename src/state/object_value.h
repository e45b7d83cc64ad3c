#pragma once

// The values of an object's attributes, and back.

#include <string>
#include <vector>

#include "base/result.h"
#include "hcl/type.h"
#include "hcl/value.h"
#include "hcl/value_path.h"
#include "state/state.h"

namespace cairn::state {

// The attributes of `object` as a value of `type`, the schema's; what the object says is sensitive is marked
// so. kInvalid if they do not fit the type (they must be upgraded first), or are of before version 0.12.
Result<hcl::Value> DecodeAttributes(const InstanceObject& object, const hcl::Type& type);

// Puts `value`, of `type`, into `object`: as text, and the paths to what is marked sensitive. kInvalid if
// something in it is unknown.
Result<> EncodeAttributes(const hcl::Value& value, const hcl::Type& type, InstanceObject& object);

// The paths to all of `value` that has a mark of `marks` of its own, from the outside in, names in order. In
// a set the element itself is the step.
std::vector<hcl::ValuePath> PathsMarked(const hcl::Value& value, hcl::Marks marks);

// `value` with `marks` at each of `paths`; a path that leads nowhere, or into a set, marks the last value on
// it that there is.
hcl::Value MarkedAt(const hcl::Value& value, const std::vector<hcl::ValuePath>& paths, hcl::Marks marks);

}  // namespace cairn::state
