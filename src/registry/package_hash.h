#pragma once

// Hashes of provider packages, as the lock file has them.
//
//   h1:BASE64   SHA-256 of a list of all files: per file, sorted by name bytewise, its SHA-256 in
//   hexadecimal, two
//               blanks, its path, a line feed. The same for a directory and for a zip of it.
//   zh:HEX      SHA-256 of a zip as it is. It says nothing about an unpacked package.

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/archive.h"

namespace cairn::registry {

// Hashes files; a cache of hashes may stand before it (hash_cache.h).
class FileHasher {
 public:
  virtual ~FileHasher() = default;

  // SHA-256 of the file's bytes in lower-case hexadecimal. Follows symbolic links.
  virtual Result<std::string> Sha256(const std::string& path) = 0;
};

// Reads the file each time. Stateless.
class PlainFileHasher final : public FileHasher {
 public:
  Result<std::string> Sha256(const std::string& path) override;
};

std::string Sha256Hex(std::string_view bytes);

// "h1:…" of all files below `directory`. Symbolic links to files count as files, those to directories are
// errors. kInvalid for a name with a line feed.
Result<std::string> HashDirectory(const std::string& directory, FileHasher& hasher);

// "h1:…" of the files in a zip.
Result<std::string> HashZipContents(const std::string& path, const ArchiveLimits& limits = {});

// "zh:…" of a zip.
Result<std::string> HashZip(const std::string& path, FileHasher& hasher);

enum class PackageForm { kUnpacked, kZip };

// Whether the package at `path` has any of the `hashes`. Those of unknown schemes, and "zh:" for an unpacked
// one, match nothing.
Result<bool> MatchesAnyHash(const std::string& path, PackageForm form, std::span<const std::string> hashes,
                            FileHasher& hasher);

}  // namespace cairn::registry
