#pragma once

// Values and types as `terraform console` prints them.

#include <string>

#include "hcl/type.h"
#include "hcl/value.h"

namespace cairn::hcl {

// Without a newline at the end. Numbers in full; strings of several lines as heredocs; `(sensitive value)`,
// `(ephemeral value)` or `(known after apply)` for what is not shown.
std::string PrintValue(const Value& value);

// What `type(x)` prints for an x of `type`: "object({\n    a: number,\n})".
std::string PrintType(const Type& type);

}  // namespace cairn::hcl
