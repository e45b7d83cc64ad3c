#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::hcl_tool {

// What `diff -u` says about two texts, with the labels old/NAME and new/NAME; it is run as a program, as
// `terraform fmt` does, so that both say the same. kNotFound where there is none.
Result<std::string> UnifiedDiff(std::string_view before, std::string_view after, const std::string& name);

}  // namespace cairn::hcl_tool
