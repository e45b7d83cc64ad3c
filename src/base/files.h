#pragma once

// Files that matter: bounded reads, writes that are all or nothing, and locks between processes.
// All calls block on the disk.

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace cairn {

// The whole file, pipe or device at `path`. kOverloaded if it holds more than `bytes_max` bytes.
Result<std::string> ReadFile(const std::string& path, size_t bytes_max);

// Replaces the file at `path`: whoever opens it, also after a crash or a power failure at any moment, finds
// the old contents or the new, whole. When this returns success the new contents are on the disk.
//
// The new file is written beside the old one as ".NAME.XXXXXX" and renamed over it; after a failure it is
// removed again and the old file is as it was, except that a failure to sync the directory comes after the
// rename. A crash can leave the temporary file behind. `mode` is set exactly, whatever the umask; a symbolic
// link at `path` is replaced and not followed. The directory must exist (kNotFound).
Result<> WriteFileAtomically(const std::string& path, std::string_view contents, mode_t mode = 0644);

// Makes the creations, renames and removals done in the directory `path` survive a power failure.
Result<> SyncDirectory(const std::string& path);

// An exclusive lock between processes, and between FileLocks of one process, held until destroyed. The kernel
// releases it when the process ends, however it ends.
//
// The lock belongs to the file, not to its name: use a file of its own ("state.lock"), which is created if it
// is missing (mode 0644) and must never be renamed or removed; its contents mean nothing.
class FileLock {
 public:
  // kConflict, at once, if somebody holds it.
  static Result<FileLock> TryLock(const std::string& path);

  // Waits as long as it takes.
  static Result<FileLock> Lock(const std::string& path);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  static Result<FileLock> Take(const std::string& path, int operation);

  UniqueFd fd_;
};

}  // namespace cairn
