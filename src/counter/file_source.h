#pragma once

// FileSource: numbers that survive restarts and power failures of one machine.
//
// The file holds a ceiling. Numbers up to it may be given out; before a larger one is, a new ceiling is on
// the disk. A process that was killed starts again above the ceiling, so numbers between are skipped, never
// repeated; one that was stopped properly skips none. An exclusive lock keeps a second process away. Not for
// several replicas.

#include <functional>
#include <memory>
#include <string>

#include "base/files.h"
#include "base/log.h"
#include "counter/number_source.h"
#include "net/loop.h"
#include "net/task_group.h"
#include "net/worker.h"

namespace cairn::counter {

// What is on the disk, for one counter. Calls block.
class CeilingFile {
 public:
  virtual ~CeilingFile() = default;
  // Makes `ceiling` survive a power failure, or fails and changes nothing that matters: a larger ceiling than
  // the one in force is harmless.
  virtual Result<> Write(int64_t ceiling) = 0;
};

// Opens or creates the file at `path`, locking `path`.lock. Yields the file and the ceiling found (0 in a new
// file). kConflict if another process has it, kInvalid if it is damaged.
Result<std::pair<std::shared_ptr<CeilingFile>, int64_t>> OpenCeilingFile(const std::string& path);

class FileSource final : public NumberSource {
 public:
  struct Options {
    int64_t window =
        10'000;  // how far ahead of the numbers given out the ceiling is set: the gap after a crash
    Duration retry_pause = std::chrono::seconds(1);  // after a failed write
  };

  // Goes on after `ceiling`. `worker` does the writing; it and `logger` must outlive the source.
  FileSource(net::Loop& loop, net::Worker& worker, const Logger& logger, std::shared_ptr<CeilingFile> file,
             int64_t ceiling, Options options);

  net::Task<Result<int64_t>> Next(TimePoint deadline) override;
  bool healthy() const override { return healthy_; }

  // Lowers the ceiling to the last number given out, so that the next start skips none. Afterwards Next must
  // not be called.
  net::Task<Result<>> Close();

 private:
  void ExtendSoon();
  net::Task<void> Extend();

  net::Loop& loop_;
  net::Worker& worker_;
  const Logger& logger_;
  const std::shared_ptr<CeilingFile> file_;
  const Options options_;
  int64_t last_;     // given out
  int64_t ceiling_;  // on the disk
  bool extending_ = false;
  bool healthy_ = true;
  net::WaitList extended_;
  net::TaskGroup extensions_;
};

}  // namespace cairn::counter
