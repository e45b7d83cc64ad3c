#pragma once

// Remembers the hashes of large files between commands, so that a provider of 700 MB is read once and not by
// every command. docs/formats/hash-cache.md has the format, and says when an entry is not believed.

#include <sys/stat.h>

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "registry/package_hash.h"

namespace cairn::registry {

// What tells one state of a file from another. Nanoseconds since 1970.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;

  bool operator==(const FileIdentity&) const = default;
};
FileIdentity IdentityOf(const struct stat& status);

struct HashCacheOptions {
  std::string path;               // of the cache; empty: nothing is remembered
  uint64_t bytes_min = 1U << 20;  // smaller files are hashed each time
  size_t entries_max = 500;       // those not used for longest are forgotten
  Duration settle =
      std::chrono::seconds(2);  // a file changed so recently may change again within one time stamp
};

// Where caches are by custom, this one in the file "hashes": "cairn" below $XDG_CACHE_HOME or else
// $HOME/.cache. Empty where neither is set to an absolute path.
std::string DefaultCacheFolder(std::string_view xdg_cache_home, std::string_view home);

struct HashCacheEntry {
  FileIdentity file;
  std::string sha256;

  bool operator==(const HashCacheEntry&) const = default;
};
// Nothing if the text is not of this format from its first to its last byte.
std::optional<std::list<HashCacheEntry>> ParseHashCache(std::string_view text);
std::string FormatHashCache(const std::list<HashCacheEntry>& entries);

// A FileHasher with a memory. The cache file is read with the first large file, and replaced by Save.
// Not thread-safe; several processes may share a file: the last to save counts.
class CachingFileHasher final : public FileHasher {
 public:
  // `clock` must outlive this.
  CachingFileHasher(HashCacheOptions options, const Clock& clock);

  Result<std::string> Sha256(const std::string& path) override;

  // Writes what is new; creates the directory. A failure loses nothing but time.
  Result<> Save();

  uint64_t bytes_hashed() const { return bytes_hashed_; }  // that had to be read

 private:
  void Load();

  HashCacheOptions options_;
  const Clock& clock_;
  PlainFileHasher plain_;
  std::list<HashCacheEntry> entries_;  // the most recently used first
  bool loaded_ = false;
  bool changed_ = false;
  uint64_t bytes_hashed_ = 0;
};

}  // namespace cairn::registry
