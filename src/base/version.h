#pragma once

#include <string_view>

namespace cairn {

// The version of all programs of this tree, "0.1.0"; CMakeLists.txt has it.
std::string_view Version();

}  // namespace cairn
