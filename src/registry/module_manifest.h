#pragma once

// .terraform/modules/modules.json: which directory each module call's code is in. Terraform's own format.

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::registry {

inline constexpr size_t kModuleManifestBytesMax = size_t{64} << 20;

struct ModuleRecord {
  std::string source = {};      // as ToString(ModuleSource) gives it; empty for the root
  std::string version = {};     // of a registry's module
  std::string directory = ".";  // relative to the working directory

  bool operator==(const ModuleRecord&) const = default;
};

// By the path of calls, "network.subnets"; the root's is empty.
using ModuleManifest = std::map<std::string, ModuleRecord>;

// kInvalid where it is not of this format.
Result<ModuleManifest> ParseModuleManifest(std::string_view text);
std::string FormatModuleManifest(const ModuleManifest& manifest);

// Of a data directory (".terraform"); empty where there is none.
Result<ModuleManifest> ReadModuleManifest(const std::string& data_directory);
Result<> WriteModuleManifest(const std::string& data_directory, const ModuleManifest& manifest);

}  // namespace cairn::registry
