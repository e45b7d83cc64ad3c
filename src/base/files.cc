#include "base/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/strings.h"

namespace cairn {
namespace {

constexpr size_t kReadChunkBytes = 64 * 1024;

// Calls a system call again as long as a signal interrupts it.
template <typename Call>
auto Uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

// "." for a path without a slash, "/" for one directly under the root.
std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<> WriteAll(int fd, std::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = Uninterrupted([&] { return ::write(fd, contents.data(), contents.size()); });
    if (written < 0) return FailErrno(errno, "write");
    contents.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<> FillAndRename(int fd, const std::string& from, const std::string& to, std::string_view contents,
                       mode_t mode) {
  if (const Result<> written = WriteAll(fd, contents); !written) return written;
  if (::fchmod(fd, mode) != 0) return FailErrno(errno, "set the mode");
  if (Uninterrupted([&] { return ::fsync(fd); }) != 0) return FailErrno(errno, "sync");
  if (::rename(from.c_str(), to.c_str()) != 0) return FailErrno(errno, "rename");
  return {};
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  const UniqueFd fd(Uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!fd) return FailErrno(errno, "cannot open " + path);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return FailErrno(errno, "cannot read " + path);

  // The size is a hint only: the file may grow, and pipes and /proc say 0. The extra byte detects the end.
  std::string contents;
  size_t chunk = S_ISREG(status.st_mode) && status.st_size > 0 ? static_cast<size_t>(status.st_size) + 1
                                                               : kReadChunkBytes;
  for (;;) {
    const size_t have = contents.size();
    if (have > bytes_max) {
      return Fail(ErrorCode::kOverloaded, Format("{} holds more than {} bytes", path, bytes_max));
    }
    contents.resize(have + std::min(chunk, bytes_max - have + 1));
    const ssize_t count =
        Uninterrupted([&] { return ::read(fd.get(), contents.data() + have, contents.size() - have); });
    if (count < 0) return FailErrno(errno, "cannot read " + path);
    contents.resize(have + static_cast<size_t>(count));
    if (count == 0) return contents;
    chunk = kReadChunkBytes;
  }
}

Result<> WriteFileAtomically(const std::string& path, std::string_view contents, mode_t mode) {
  const auto failed = [&](const Error& error) { return std::unexpected(error.In("cannot write " + path)); };
  const std::string directory = DirectoryOf(path);
  std::string temporary = directory + "/." + path.substr(path.rfind('/') + 1) + ".XXXXXX";
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return failed(ErrnoError(errno, "create a file in directory " + directory));
  if (const Result<> renamed = FillAndRename(fd.get(), temporary, path, contents, mode); !renamed) {
    ::unlink(temporary.c_str());
    return failed(renamed.error());
  }
  return SyncDirectory(directory);
}

Result<> SyncDirectory(const std::string& path) {
  const UniqueFd fd(Uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!fd || Uninterrupted([&] { return ::fsync(fd.get()); }) != 0) {
    return FailErrno(errno, "cannot sync directory " + path);
  }
  return {};
}

Result<FileLock> FileLock::TryLock(const std::string& path) {
  return Take(path, LOCK_EX | LOCK_NB);
}
Result<FileLock> FileLock::Lock(const std::string& path) {
  return Take(path, LOCK_EX);
}

Result<FileLock> FileLock::Take(const std::string& path, int operation) {
  UniqueFd fd(Uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); }));
  if (!fd) return FailErrno(errno, "cannot open lock file " + path);
  if (Uninterrupted([&] { return ::flock(fd.get(), operation); }) != 0) {
    if (errno == EWOULDBLOCK) return Fail(ErrorCode::kConflict, path + ": held by another process");
    return FailErrno(errno, "cannot lock " + path);
  }
  return FileLock(std::move(fd));
}

}  // namespace cairn
