#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::commands {

// What the process was started with.
struct Environment {
  std::vector<std::string> variables = {};  // "NAME=value"
  std::string folder = {};                  // the working folder, absolute

  // Empty if it is not set.
  std::string Get(std::string_view name) const;
};

}  // namespace cairn::commands
