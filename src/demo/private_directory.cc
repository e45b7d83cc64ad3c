#include "demo/private_directory.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace cairn::demo {

Result<PrivateDirectory> PrivateDirectory::Make(bool keep) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) return FailErrno(error.value(), "the directory for temporary files");
  std::string path = (parent / "cairn-demo-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) return FailErrno(errno, path);
  return PrivateDirectory(std::move(path), keep);
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), keep_(other.keep_) {}

PrivateDirectory::~PrivateDirectory() {
  if (path_.empty() || keep_) return;
  std::error_code ignored;  // nobody is left to be told
  std::filesystem::remove_all(path_, ignored);
}

Result<std::string> PrivateDirectory::MakeInside(const std::string& name) const {
  std::string path = path_ + "/" + name;
  std::error_code error;
  std::filesystem::create_directory(path, error);
  if (error) return FailErrno(error.value(), path);
  return path;
}

}  // namespace cairn::demo
