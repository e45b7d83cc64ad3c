#include "state/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "state/digest.h"
#include "state/state_format.h"

namespace cairn::state {
namespace {

// ".NAME.next": "cairn-next-1 SHA256-OF-OLD SHA256-OF-NEW\n", then the new text.
constexpr std::string_view kNextMagic = "cairn-next-1 ";
constexpr size_t kNextHeaderBytes = kNextMagic.size() + 64 + 1 + 64 + 1;

struct Next {
  std::string old_digest;
  std::string text;
};

std::optional<Next> ParseNext(std::string file) {
  if (!file.starts_with(kNextMagic) || file.size() < kNextHeaderBytes) return std::nullopt;
  Next next{.old_digest = file.substr(kNextMagic.size(), 64), .text = file.substr(kNextHeaderBytes)};
  const std::string digest = file.substr(kNextMagic.size() + 65, 64);
  if (file[kNextHeaderBytes - 1] != '\n' || Sha256Hex(next.text) != digest) return std::nullopt;
  return next;
}

// Whether `current` is what an interrupted write of `next` leaves: all of the old text, or a part of the new
// one, with zeros where a power failure lost the rest.
bool IsInterrupted(std::string_view current, const Next& next) {
  if (current.size() <= next.text.size()) {
    const size_t end = current.find_last_not_of('\0') + 1;
    if (next.text.starts_with(current.substr(0, end))) return true;
  }
  return Sha256Hex(current) == next.old_digest;
}

// Of all of the file at `fd`. A lock of the open file, not of the process: it meets Terraform's, which is one
// of the process, and is not lost when some other descriptor of the file is closed.
int SetLock(int fd, short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return ::fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

Result<> WriteAll(int fd, std::string_view text, const std::string& path) {
  for (off_t at = 0; size_t(at) < text.size();) {
    const ssize_t written = ::pwrite(fd, text.data() + at, text.size() - size_t(at), at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailErrno(errno, path);
    at += written;
  }
  return {};
}

// Not synced: it means nothing after a crash.
Result<> WriteLockInfo(const std::string& path, const LockInfo& info) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return FailErrno(errno, path);
  return WriteAll(fd.get(), info.ToJson(), path);
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::string HiddenBeside(const std::string& path, std::string_view suffix) {
  const size_t name = path.rfind('/') + 1;  // 0 if there is none
  return Format("{}.{}.{}", path.substr(0, name), path.substr(name), suffix);
}

StateFile::StateFile(Options options)
    : options_(std::move(options)),
      lock_info_path_(HiddenBeside(options_.path, "lock.info")),
      next_path_(HiddenBeside(options_.path, "next")),
      journal_path_(options_.journal_path.value_or(HiddenBeside(options_.path, "journal"))) {
  if (options_.backup_path.empty()) options_.backup_path = options_.path + ".backup";
  if (options_.backup_path == "-") has_backup_ = true;
}

StateFile::~StateFile() {
  if (is_locked()) (void)Unlock();
}

std::expected<void, LockError> StateFile::Lock(const LockInfo& info) {
  const auto failed = [](Error error) { return std::unexpected(LockError{.error = std::move(error)}); };
  struct stat before{};
  const bool existed = ::stat(options_.path.c_str(), &before) == 0;
  UniqueFd fd(::open(options_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd) return failed(ErrnoError(errno, options_.path));
  if (const int error = SetLock(fd.get(), F_WRLCK); error != 0) {
    if (error != EAGAIN && error != EACCES) return failed(ErrnoError(error, options_.path));
    LockError held{.error = {ErrorCode::kConflict, "resource temporarily unavailable"}};
    if (const auto text = ReadFile(lock_info_path_, 1 << 20)) {
      if (auto holder = LockInfo::FromJson(*text)) held.holder = std::move(*holder);
    }
    return std::unexpected(std::move(held));
  }
  // Whoever had it before may have removed the file while we waited to open it.
  struct stat ours{}, named{};
  if (::fstat(fd.get(), &ours) != 0 || ::stat(options_.path.c_str(), &named) != 0 ||
      ours.st_ino != named.st_ino || ours.st_dev != named.st_dev) {
    return failed({ErrorCode::kConflict, "resource temporarily unavailable"});
  }
  LockInfo own = info;
  own.path = options_.path;
  if (auto written = WriteLockInfo(lock_info_path_, own); !written) return failed(written.error());
  fd_ = std::move(fd);
  lock_id_ = own.id;
  created_ = !existed;
  return {};
}

Result<> StateFile::Unlock() {
  if (!is_locked()) return Fail(ErrorCode::kInvalid, "LocalState not locked");
  auto removed = RemoveFile(lock_info_path_);
  struct stat now{};
  if (created_ && ::fstat(fd_.get(), &now) == 0 && now.st_size == 0) (void)RemoveFile(options_.path);
  created_ = false;
  fd_.reset();
  return removed;
}

Result<std::string> StateFile::ReadCurrent(const std::string& path) {
  auto text = ReadFile(path, kStateBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

Result<StateText> StateFile::Read() {
  const std::string& path = options_.read_path.value_or(options_.path);
  auto current = ReadCurrent(path);
  if (!current) return std::unexpected(current.error());
  if (path == options_.path) {
    auto file = ReadFile(next_path_, kStateBytesMax + kNextHeaderBytes);
    if (!file && file.error().code != ErrorCode::kNotFound) return std::unexpected(file.error());
    std::optional<Next> next = file ? ParseNext(std::move(*file)) : std::nullopt;
    const bool interrupted = next && IsInterrupted(*current, *next);
    if (interrupted) *current = std::move(next->text);
    if (is_locked() && file) {
      if (interrupted) {
        if (auto written = WriteInPlace(*current); !written) return std::unexpected(written.error());
        if (auto removed = RemoveFile(journal_path_); !removed) return std::unexpected(removed.error());
      }
      if (auto removed = RemoveFile(next_path_); !removed) return std::unexpected(removed.error());
    }
  }
  last_read_ = current->empty() ? nullptr : std::make_shared<const std::string>(std::move(*current));
  return last_read_;
}

Result<> StateFile::Write(std::string_view text) {
  if (!has_backup_) {
    if (auto written = WriteBackup(); !written) return written;
    has_backup_ = true;
  }
  const auto current = ReadCurrent(options_.path);
  if (!current) return std::unexpected(current.error());
  std::string next = Format("{}{} {}\n", kNextMagic, Sha256Hex(*current), Sha256Hex(text));
  next += text;
  if (auto written = WriteFileAtomically(next_path_, next, 0600); !written) return written;
  if (auto written = WriteInPlace(text); !written) return written;
  if (auto removed = RemoveFile(journal_path_); !removed) return removed;
  if (auto removed = RemoveFile(next_path_); !removed) return removed;
  return SyncDirectory(FolderOf(options_.path));
}

Result<> StateFile::WriteInPlace(std::string_view text) {
  UniqueFd own;
  int fd = fd_.get();
  if (!is_locked()) {
    own.reset(::open(options_.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!own) return FailErrno(errno, options_.path);
    fd = own.get();
  }
  if (::ftruncate(fd, 0) != 0) return FailErrno(errno, options_.path);
  if (auto written = WriteAll(fd, text, options_.path); !written) return written;
  if (::fsync(fd) != 0) return FailErrno(errno, options_.path);
  return {};
}

Result<> StateFile::WriteBackup() {
  if (options_.read_path) {  // what is overwritten is not what was read
    const auto current = ReadCurrent(options_.path);
    if (!current) return std::unexpected(current.error());
    return current->empty() ? Result<>() : WriteFileAtomically(options_.backup_path, *current, 0644);
  }
  if (!last_read_) {
    if (auto read = Read(); !read) return std::unexpected(read.error());
  }
  if (!last_read_) return {};
  return WriteFileAtomically(options_.backup_path, *last_read_, 0644);
}

Result<> StateFile::RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FailErrno(errno, path);
  return {};
}

Result<> WriteErroredState(const std::string& folder, std::string_view text) {
  return WriteFileAtomically(folder + "/errored.tfstate", text, 0644);
}

}  // namespace cairn::state
