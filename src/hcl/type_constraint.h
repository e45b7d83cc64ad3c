#pragma once

// Type constraints as users write them: `string`, `any`, `list(number)`,
// `object({ name = string, port = optional(number, 80) })`. An expression that is read and never evaluated,
// but for the defaults of optional attributes.

#include "hcl/defaults.h"
#include "hcl/diagnostic.h"
#include "hcl/syntax.h"
#include "hcl/type.h"

namespace cairn::hcl {

struct TypeConstraint {
  Type type = {};          // dynamic for `any`
  Defaults defaults = {};  // empty if no attribute has one
};

// What `expression` says, with errors about what it does not: there the type is dynamic, and the rest is read
// all the same. A value is brought to it by ApplyDefaults and then Convert.
TypeConstraint ReadTypeConstraint(Node expression, Diagnostics& diagnostics);

// The same for the type of a variable, where `list` and `map` alone stand for list(any) and map(any), and the
// quotes of old versions are refused with a hint.
TypeConstraint ReadVariableType(Node expression, Diagnostics& diagnostics);

}  // namespace cairn::hcl
