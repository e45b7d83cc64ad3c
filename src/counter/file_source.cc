#include "counter/file_source.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "counter/record.h"

namespace cairn::counter {

namespace {

constexpr std::string_view kRecordType = "cairn-counter-1";
constexpr size_t kFileBytesMax = 1024;

class LockedCeilingFile final : public CeilingFile {
 public:
  LockedCeilingFile(std::string path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  Result<> Write(int64_t ceiling) override {
    return WriteFileAtomically(path_, SealRecord(kRecordType, {{"ceiling", Format("{}", ceiling)}}));
  }

 private:
  const std::string path_;
  FileLock lock_;
};

Result<int64_t> ReadCeiling(const std::string& path) {
  const auto text = ReadFile(path, kFileBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return 0;
  if (!text) return std::unexpected(text.error());
  const auto fields = OpenRecord(kRecordType, *text);
  if (!fields) {
    return std::unexpected(
        fields.error().In(Format("{}: restore it from a backup, or remove it to count again from 1", path)));
  }
  const auto ceiling = NumberField(*fields, "ceiling");
  if (!ceiling) return std::unexpected(ceiling.error().In(path));
  return *ceiling;
}

}  // namespace

Result<std::pair<std::shared_ptr<CeilingFile>, int64_t>> OpenCeilingFile(const std::string& path) {
  auto lock = FileLock::TryLock(path + ".lock");
  if (!lock) return std::unexpected(lock.error());
  const auto ceiling = ReadCeiling(path);
  if (!ceiling) return std::unexpected(ceiling.error());
  return std::pair<std::shared_ptr<CeilingFile>, int64_t>(
      std::make_shared<LockedCeilingFile>(path, std::move(*lock)), *ceiling);
}

FileSource::FileSource(net::Loop& loop, net::Worker& worker, const Logger& logger,
                       std::shared_ptr<CeilingFile> file, int64_t ceiling, Options options)
    : loop_(loop),
      worker_(worker),
      logger_(logger),
      file_(std::move(file)),
      options_(options),
      last_(ceiling),
      ceiling_(ceiling),
      extended_(loop),
      extensions_(loop) {}

net::Task<Result<int64_t>> FileSource::Next(TimePoint deadline) {
  if (last_ == std::numeric_limits<int64_t>::max()) {
    co_return Fail(ErrorCode::kInvalid, "the counter has reached 2^63 - 1");
  }
  while (last_ == ceiling_) {
    ExtendSoon();
    if (const bool in_time = co_await extended_.Wait(deadline); !in_time) {
      co_return Fail(ErrorCode::kTimeout, "the disk did not take a new ceiling in time");
    }
  }
  ++last_;
  if (ceiling_ - last_ < options_.window / 2) ExtendSoon();
  co_return last_;
}

void FileSource::ExtendSoon() {
  if (extending_ || ceiling_ == std::numeric_limits<int64_t>::max()) return;
  extending_ = true;
  extensions_.Spawn(Extend());
}

net::Task<void> FileSource::Extend() {
  for (;;) {
    const int64_t ceiling = last_ > std::numeric_limits<int64_t>::max() - options_.window
                                ? std::numeric_limits<int64_t>::max()
                                : last_ + options_.window;
    std::function<Result<>()> write = [file = file_, ceiling] { return file->Write(ceiling); };
    const Result<> written = co_await worker_.Run(std::move(write));
    healthy_ = written.has_value();
    if (written) {
      ceiling_ = ceiling;
      break;
    }
    logger_.Error("cannot write the counter's file", {{"error", written.error().message}});
    co_await loop_.Sleep(options_.retry_pause);
  }
  extending_ = false;
  extended_.WakeAll();
}

net::Task<Result<>> FileSource::Close() {
  while (extending_ && healthy_) co_await extended_.Wait();
  extensions_.CancelAll();
  std::function<Result<>()> write = [file = file_, last = last_] { return file->Write(last); };
  co_return co_await worker_.Run(std::move(write));
}

}  // namespace cairn::counter
