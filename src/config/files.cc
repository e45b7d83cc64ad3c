#include "config/files.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/files.h"
#include "base/strings.h"

namespace cairn::config {

Result<std::vector<std::string>> DiskFiles::List(const std::string& folder) const {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_directory(ignored)) names.push_back(entry->path().filename().string());
  }
  if (error == std::errc::no_such_file_or_directory) {
    return Fail(ErrorCode::kNotFound, Format("Directory {} does not exist or cannot be read.", folder));
  }
  if (error) return Fail(ErrorCode::kInvalid, Format("{}: {}", folder, error.message()));
  return names;
}

Result<std::string> DiskFiles::Read(const std::string& path) const {
  return ReadFile(path, kConfigFileBytesMax);
}

ConfigFileNames ConfigFileNamesOf(std::vector<std::string> names) {
  std::ranges::sort(names);
  ConfigFileNames result;
  for (std::string& name : names) {
    std::string_view base = name;
    if (base.ends_with(".tf.json")) {
      base.remove_suffix(std::string_view(".tf.json").size());
    } else if (base.ends_with(".tf")) {
      base.remove_suffix(std::string_view(".tf").size());
    } else {
      continue;
    }
    const bool ignored =
        name.starts_with('.') || (name.starts_with('#') && name.ends_with('#')) || name.ends_with('~');
    if (ignored) continue;
    const bool is_override = base == "override" || base.ends_with("_override");
    (is_override ? result.overrides : result.primary).push_back(std::move(name));
  }
  return result;
}

}  // namespace cairn::config
