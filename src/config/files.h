#pragma once

// The configuration files of a folder.

#include <string>
#include <vector>

#include "base/result.h"

namespace cairn::config {

// Where configuration is read from. Paths are as the user gave them.
class ConfigFiles {
 public:
  virtual ~ConfigFiles() = default;
  // Names of what is in `folder`, without folders. kNotFound if there is no such folder.
  virtual Result<std::vector<std::string>> List(const std::string& folder) const = 0;
  virtual Result<std::string> Read(const std::string& path) const = 0;
};

// This machine's. Stateless.
class DiskFiles final : public ConfigFiles {
 public:
  Result<std::vector<std::string>> List(const std::string& folder) const override;
  Result<std::string> Read(const std::string& path) const override;
};

inline constexpr size_t kConfigFileBytesMax = size_t{64} << 20;

// Which of `names` are configuration, each sorted by bytes: names that end in ".tf" or ".tf.json" and are
// neither hidden nor an editor's copy; override files are "override.tf", "x_override.tf" and the same with
// ".json".
struct ConfigFileNames {
  std::vector<std::string> primary;
  std::vector<std::string> overrides;
};
ConfigFileNames ConfigFileNamesOf(std::vector<std::string> names);

}  // namespace cairn::config
