#include "registry/hash_cache.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/strings.h"

namespace cairn::registry {
namespace {

constexpr std::string_view kHeader = "cairn-hashes-1\n";
constexpr size_t kCacheBytesMax = size_t{1} << 20;
constexpr size_t kHashDigits = 64;

int64_t Nanoseconds(const struct timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Nobody but this user can have written it.
bool IsPrivate(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<HashCacheEntry> ParseEntry(std::string_view line) {
  const std::vector<std::string_view> fields = Split(line, ' ');
  if (fields.size() != 6 || fields[5].size() != kHashDigits) return std::nullopt;
  const auto device = ParseInt<uint64_t>(fields[0]);
  const auto inode = ParseInt<uint64_t>(fields[1]);
  const auto size = ParseInt<uint64_t>(fields[2]);
  const auto modified = ParseInt<int64_t>(fields[3]);
  const auto changed = ParseInt<int64_t>(fields[4]);
  if (!device || !inode || !size || !modified || !changed) return std::nullopt;
  if (fields[5].find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  return HashCacheEntry{{*device, *inode, *size, *modified, *changed}, std::string(fields[5])};
}

}  // namespace

FileIdentity IdentityOf(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size), Nanoseconds(status.st_mtim),
          Nanoseconds(status.st_ctim)};
}

std::string DefaultCacheFolder(std::string_view xdg_cache_home, std::string_view home) {
  if (xdg_cache_home.starts_with('/')) return std::string(xdg_cache_home) + "/cairn";
  if (home.starts_with('/')) return std::string(home) + "/.cache/cairn";
  return "";
}

std::optional<std::list<HashCacheEntry>> ParseHashCache(std::string_view text) {
  if (!text.starts_with(kHeader) || !text.ends_with('\n')) return std::nullopt;
  text.remove_prefix(kHeader.size());
  std::list<HashCacheEntry> entries;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::optional<HashCacheEntry> entry = ParseEntry(text.substr(0, end));
    if (!entry) return std::nullopt;
    entries.push_back(*std::move(entry));
    text.remove_prefix(end + 1);
  }
  return entries;
}

std::string FormatHashCache(const std::list<HashCacheEntry>& entries) {
  std::string text(kHeader);
  for (const auto& [file, sha256] : entries) {
    text += Format("{} {} {} {} {} {}\n", file.device, file.inode, file.size, file.modified_ns,
                   file.changed_ns, sha256);
  }
  return text;
}

CachingFileHasher::CachingFileHasher(HashCacheOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

void CachingFileHasher::Load() {
  if (std::exchange(loaded_, true) || options_.path.empty() || !IsPrivate(options_.path)) return;
  const Result<std::string> text = ReadFile(options_.path, kCacheBytesMax);
  if (!text) return;
  if (auto entries = ParseHashCache(*text)) entries_ = *std::move(entries);
}

Result<std::string> CachingFileHasher::Sha256(const std::string& path) {
  struct stat before{};
  if (::stat(path.c_str(), &before) != 0) return FailErrno(errno, "cannot open " + path);
  const FileIdentity file = IdentityOf(before);
  const bool is_large = S_ISREG(before.st_mode) && file.size >= options_.bytes_min;
  if (is_large) {
    Load();
    const auto known = std::ranges::find(entries_, file, &HashCacheEntry::file);
    if (known != entries_.end()) {
      changed_ = changed_ || known != entries_.begin();
      entries_.splice(entries_.begin(), entries_, known);
      return entries_.front().sha256;
    }
  }
  Result<std::string> hash = plain_.Sha256(path);
  bytes_hashed_ += file.size;
  if (!hash || !is_large) return hash;
  struct stat after{};
  const int64_t now = std::chrono::nanoseconds(clock_.WallNow().time_since_epoch()).count();
  const bool is_settled = now - std::max(file.modified_ns, file.changed_ns) >= options_.settle.count();
  if (is_settled && ::stat(path.c_str(), &after) == 0 && IdentityOf(after) == file) {
    entries_.push_front({file, *hash});
    if (entries_.size() > options_.entries_max) entries_.pop_back();
    changed_ = true;
  }
  return hash;
}

Result<> CachingFileHasher::Save() {
  if (!changed_ || options_.path.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(options_.path).parent_path(), error);
  if (error) return FailErrno(error.value(), "cannot create the directory of " + options_.path);
  const Result<> written = WriteFileAtomically(options_.path, FormatHashCache(entries_), 0600);
  if (written) changed_ = false;
  return written;
}

}  // namespace cairn::registry
