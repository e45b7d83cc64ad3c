#include "registry/scratch_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace cairn::registry {

Result<ScratchDirectory> ScratchDirectory::Beside(const std::string& path) {
  if (const Result<> made = MakeParent(path); !made) return std::unexpected(made.error());
  const std::string parent = std::filesystem::path(path).parent_path().string();
  std::string name = (parent.empty() ? "." : parent) + "/.installing-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return FailErrno(errno, "cannot create a directory beside " + path);
  return ScratchDirectory(std::move(name));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<> MakeParent(const std::string& path) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) return FailErrno(error.value(), "cannot create the directory of " + path);
  return {};
}

}  // namespace cairn::registry
