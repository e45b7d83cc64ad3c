#pragma once

// Archives: zip files of providers, zip files and compressed tars of modules. They come from the network:
// names that lead out of the destination and sizes without bound are refused.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::registry {

struct ArchiveLimits {
  uint64_t bytes_max = uint64_t{8} << 30;  // of all files together, unpacked; the largest provider has 0.7 GB
  size_t entries_max = 200'000;
};

enum class ArchiveKind {
  kZip,  // with a central directory, whose order of entries counts
  kTar,  // as it is, or compressed by gzip, bzip2, xz or zstd
};

struct ArchiveEntry {
  enum class Kind { kFile, kDirectory, kSymlink };
  std::string
      path;  // relative, below the root, parts separated by one slash each; a directory's has none at its end
  Kind kind = Kind::kFile;
  uint32_t mode = 0644;  // permission bits
  std::string link;      // of a symbolic link: its target, which stays below the root
                         // (in a zip such a link is a file that holds its target, as it is to the peer)
};

// Reads the archive at `path`: `begin` gets each entry, `content` pieces of the file that began last.
// kInvalid if it is damaged, encrypted, or holds an entry that is none of the three kinds or leads out of the
// root; kOverloaded if a limit is exceeded. The first failure of a callback ends it.
Result<> ReadArchive(const std::string& path, ArchiveKind kind, const ArchiveLimits& limits,
                     const std::function<Result<>(const ArchiveEntry&)>& begin,
                     const std::function<Result<>(std::string_view)>& content);

// Unpacks into `directory`, which exists and is empty. Files get the archive's permission bits within the
// umask, and the owner's right to read and write. After a failure what was unpacked remains.
Result<> UnpackArchive(const std::string& path, ArchiveKind kind, const std::string& directory,
                       const ArchiveLimits& limits = {});

}  // namespace cairn::registry
