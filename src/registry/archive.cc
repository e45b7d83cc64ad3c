#include "registry/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/strings.h"

namespace cairn::registry {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;

struct CloseArchive {
  void operator()(struct archive* reader) const { archive_read_free(reader); }
};
// libarchive converts names to the thread's character set: this makes it UTF-8, which is what names stay in.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

using Reader = std::unique_ptr<struct archive, CloseArchive>;

std::unexpected<Error> Damaged(const std::string& path, struct archive* reader) {
  const char* why = archive_error_string(reader);
  return Fail(ErrorCode::kInvalid, Format("{}: {}", path, why == nullptr ? "damaged archive" : why));
}

Result<Reader> OpenArchive(const std::string& path, ArchiveKind kind) {
  Reader reader(archive_read_new());
  if (kind == ArchiveKind::kZip) {
    archive_read_support_format_zip_seekable(reader.get());
  } else {
    archive_read_support_format_tar(reader.get());
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_filter_bzip2(reader.get());
    archive_read_support_filter_xz(reader.get());
    archive_read_support_filter_zstd(reader.get());
  }
  if (archive_read_open_filename(reader.get(), path.c_str(), kReadBytes) != ARCHIVE_OK) {
    return Damaged(path, reader.get());
  }
  return reader;
}

// `path` without "." and empty parts; nothing if it leads out of the root or cannot be a name.
std::optional<std::string> NormalisePath(std::string_view path) {
  if (path.starts_with('/') || path.find('\0') != std::string_view::npos) return std::nullopt;
  std::string normal;
  for (const std::string_view part : Split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return std::nullopt;
    normal += (normal.empty() ? "" : "/") + std::string(part);
  }
  return normal;
}

// Whether a link at `path` to `target` stays below the root.
bool LinkStaysWithin(std::string_view path, std::string_view target) {
  if (target.empty() || target.starts_with('/')) return false;
  ptrdiff_t depth = std::ranges::count(path, '/');
  for (const std::string_view part : Split(target, '/')) {
    if (part.empty() || part == ".") continue;
    depth += part == ".." ? -1 : 1;
    if (depth < 0) return false;
  }
  return true;
}

Result<ArchiveEntry> EntryOf(struct archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) return Fail(ErrorCode::kInvalid, "an entry has a name that cannot be read");
  const std::optional<std::string> path = NormalisePath(name);
  if (!path) return Fail(ErrorCode::kInvalid, Format("the entry \"{}\" leads out of the archive", name));
  ArchiveEntry read;
  read.path = *path;
  read.mode = archive_entry_perm(entry) & 0777U;
  if (archive_entry_hardlink(entry) != nullptr) {
    return Fail(ErrorCode::kInvalid, Format("the entry \"{}\" is a hard link", name));
  }
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      if (path->empty()) return Fail(ErrorCode::kInvalid, "an entry has no name");
      break;
    case AE_IFDIR:
      read.kind = ArchiveEntry::Kind::kDirectory;
      break;
    case AE_IFLNK: {
      const char* target = archive_entry_symlink(entry);
      read.kind = ArchiveEntry::Kind::kSymlink;
      read.link = target == nullptr ? "" : target;
      if (path->empty() || !LinkStaysWithin(*path, read.link)) {
        return Fail(ErrorCode::kInvalid, Format("the link \"{}\" leads out of the archive", name));
      }
      break;
    }
    default:
      return Fail(ErrorCode::kInvalid, Format("the entry \"{}\" is neither a file nor a directory", name));
  }
  return read;
}

Result<> ReadContent(struct archive* reader, const std::string& path, uint64_t& bytes_left,
                     const std::function<Result<>(std::string_view)>& content) {
  std::vector<char> buffer(kReadBytes);
  for (;;) {
    const la_ssize_t count = archive_read_data(reader, buffer.data(), buffer.size());
    if (count < 0) return Damaged(path, reader);
    if (count == 0) return {};
    if (static_cast<uint64_t>(count) > bytes_left) {
      return Fail(ErrorCode::kOverloaded, path + ": holds more bytes than allowed");
    }
    bytes_left -= static_cast<uint64_t>(count);
    if (const Result<> taken = content({buffer.data(), static_cast<size_t>(count)}); !taken) return taken;
  }
}

Result<> WriteAll(int fd, std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t count = ::write(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno(errno, "write");
    piece.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

// Writes entries below a directory. Links come last, so that no file is written through one.
class Unpacker {
 public:
  explicit Unpacker(std::string directory) : directory_(std::move(directory)) {}

  Result<> Begin(const ArchiveEntry& entry) {
    file_.reset();
    const std::string path = directory_ + "/" + entry.path;
    std::error_code error;
    const bool is_directory = entry.kind == ArchiveEntry::Kind::kDirectory;
    std::filesystem::create_directories(is_directory ? path : path.substr(0, path.rfind('/')), error);
    if (error) return Fail(ErrorCode::kInvalid, Format("cannot create {}: {}", path, error.message()));
    if (is_directory) return {};
    if (entry.kind == ArchiveEntry::Kind::kSymlink) {
      links_.push_back(entry);
      return {};
    }
    file_.reset(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, entry.mode | 0600U));
    if (!file_) return FailErrno(errno, "cannot create " + path);
    return {};
  }

  Result<> Write(std::string_view piece) { return WriteAll(file_.get(), piece); }

  Result<> Finish() {
    file_.reset();
    for (const ArchiveEntry& link : links_) {
      const std::string path = directory_ + "/" + link.path;
      if (::symlink(link.link.c_str(), path.c_str()) != 0) return FailErrno(errno, "cannot create " + path);
    }
    return {};
  }

 private:
  std::string directory_;
  std::vector<ArchiveEntry> links_;
  UniqueFd file_;
};

}  // namespace

Result<> ReadArchive(const std::string& path, ArchiveKind kind, const ArchiveLimits& limits,
                     const std::function<Result<>(const ArchiveEntry&)>& begin,
                     const std::function<Result<>(std::string_view)>& content) {
  const Utf8Names names;
  const Result<Reader> reader = OpenArchive(path, kind);
  if (!reader) return std::unexpected(reader.error());
  uint64_t bytes_left = limits.bytes_max;
  for (size_t count = 0;; ++count) {
    struct archive_entry* raw = nullptr;
    const int status = archive_read_next_header(reader->get(), &raw);
    if (status == ARCHIVE_EOF) return {};
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return Damaged(path, reader->get());
    if (count == limits.entries_max) {
      return Fail(ErrorCode::kOverloaded, Format("{}: more than {} entries", path, limits.entries_max));
    }
    Result<ArchiveEntry> entry = EntryOf(raw);
    if (!entry) return std::unexpected(entry.error().In(path));
    const bool is_zipped_link = kind == ArchiveKind::kZip && entry->kind == ArchiveEntry::Kind::kSymlink;
    if (is_zipped_link) entry->kind = ArchiveEntry::Kind::kFile;
    if (const Result<> taken = begin(*entry); !taken) return taken;
    if (is_zipped_link) {
      if (const Result<> taken = content(entry->link); !taken) return taken;
    }
    if (entry->kind != ArchiveEntry::Kind::kFile || is_zipped_link) continue;
    if (const Result<> read = ReadContent(reader->get(), path, bytes_left, content); !read) return read;
  }
}

Result<> UnpackArchive(const std::string& path, ArchiveKind kind, const std::string& directory,
                       const ArchiveLimits& limits) {
  Unpacker unpacker(directory);
  const Result<> read = ReadArchive(
      path, kind, limits, [&](const ArchiveEntry& entry) { return unpacker.Begin(entry); },
      [&](std::string_view piece) { return unpacker.Write(piece); });
  return read ? unpacker.Finish() : read;
}

}  // namespace cairn::registry
