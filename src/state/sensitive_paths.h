#pragma once

// Paths as states write them: [[{"type":"get_attr","value":"tags"},{"type":"index","value":{…}}]].

#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/value_path.h"

namespace cairn::state {

// Appends the paths in `json`, which is one correct value. An error for what is no list of paths.
void ReadPaths(std::string_view json, std::vector<hcl::ValuePath>& out, hcl::Diagnostics& diagnostics);

}  // namespace cairn::state
