#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/cli_config.h"

namespace cairn::commands {

// What the process was started with.
struct Environment {
  std::vector<std::string> variables = {};  // "NAME=value"
  std::string folder = {};                  // the working folder, absolute
  registry::CliConfig cli = {};

  // Empty if it is not set.
  std::string Get(std::string_view name) const;

  // Whether TF_INPUT says that nobody is to be asked for what is missing ("0", "false").
  bool ForbidsInput() const;

  // Where a working folder keeps what is not written by hand: TF_DATA_DIR, otherwise ".terraform".
  std::string DataFolder() const;
};

}  // namespace cairn::commands
