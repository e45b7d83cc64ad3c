#pragma once

#include <string>
#include <vector>

#include "registry/module_installer.h"

namespace cairn::registry {

// Reads the module blocks of the .tf files of a directory, with constant arguments alone.
class FileModuleReader final : public ModuleReader {
 public:
  // Directories are relative to `working_directory`.
  explicit FileModuleReader(std::string working_directory)
      : working_directory_(std::move(working_directory)) {}
  Result<std::vector<ModuleCall>> Calls(const std::string& directory) override;

 private:
  std::string working_directory_;
};

}  // namespace cairn::registry
