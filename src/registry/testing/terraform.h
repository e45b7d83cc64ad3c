#pragma once

#include <string>
#include <vector>

namespace cairn::registry {

// Runs the `terraform` on the PATH, the peer that the tests compare with.
struct TerraformRun {
  int code = -1;
  std::string output;  // both streams, every run of white space one blank
};

// Whether terraform 1.11.4 is there.
bool HasTerraform();

// In `directory`, with `config` as the CLI configuration file and further "NAME=value".
TerraformRun RunTerraform(const std::string& directory, const std::string& config,
                          std::vector<std::string> arguments, std::vector<std::string> environment = {});

}  // namespace cairn::registry
