#include "hcl/file_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/fd.h"
#include "base/files.h"
#include "base/strings.h"
#include "hcl/path.h"

namespace cairn::hcl {
namespace {

// "open a/b: no such file or directory", whichever path was really opened.
std::unexpected<Error> FailCall(const char* call, const std::string& path, int number) {
  Error error = ErrnoError(number, Format("{} {}", call, path));
  char& first = error.message[error.message.rfind(": ") + 2];
  first = ToLower(first);
  return std::unexpected(std::move(error));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

DiskReader::DiskReader(std::string base, const DiskLimits& limits)
    : base_(std::move(base)), limits_(limits) {}

Result<std::string> DiskReader::Resolve(const char* call, const std::string& path) const {
  if (path.find('\0') != path.npos) return FailCall(call, path, EINVAL);
  return path.starts_with('/') || base_.empty() ? path : JoinPaths(base_, path);
}

Result<FileReader::Kind> DiskReader::Stat(const std::string& path) const {
  const Result<std::string> resolved = Resolve("stat", path);
  if (!resolved) return std::unexpected(resolved.error());
  struct stat status{};
  if (::stat(resolved->c_str(), &status) != 0) {
    if (errno == ENOENT) return Kind::kMissing;
    return FailCall("stat", path, errno);
  }
  if (S_ISREG(status.st_mode)) return Kind::kFile;
  if (S_ISDIR(status.st_mode)) return Kind::kFolder;
  if (S_ISFIFO(status.st_mode)) return Kind::kPipe;
  return S_ISSOCK(status.st_mode) ? Kind::kSocket : Kind::kDevice;
}

Result<std::string> DiskReader::Read(const std::string& path) const {
  const Result<std::string> resolved = Resolve("open", path);
  if (!resolved) return resolved;
  // Only to learn why it cannot be opened, in the right words.
  const UniqueFd probe(::open(resolved->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!probe) return FailCall("open", path, errno);
  struct stat status{};
  if (::fstat(probe.get(), &status) == 0 && S_ISDIR(status.st_mode)) return FailCall("read", path, EISDIR);
  return ReadFile(*resolved, limits_.file_bytes_max);
}

Result<std::vector<std::string>> DiskReader::List(const std::string& path) const {
  const Result<std::string> resolved = Resolve("open", path);
  if (!resolved) return std::unexpected(resolved.error());
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(resolved->c_str()));
  if (!folder) return FailCall("open", path, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() >= limits_.folder_names_max) {
      return Fail(ErrorCode::kOverloaded,
                  Format("{} holds more than {} files", path, limits_.folder_names_max));
    }
    names.emplace_back(name);
  }
  if (errno != 0) return FailCall("read", path, errno);
  return names;
}

Result<std::string> DiskReader::WorkingFolder() const {
  const std::unique_ptr<char, decltype(&std::free)> folder(::getcwd(nullptr, 0), &std::free);
  if (!folder) return FailCall("getwd", ".", errno);
  return std::string(folder.get());
}

Result<std::string> DiskReader::HomeFolder() const {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return Fail(ErrorCode::kNotFound, "HOME is not set");
  return std::string(home);
}

}  // namespace cairn::hcl
