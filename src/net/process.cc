#include "net/process.h"

#include <optional>

namespace cairn::net {

Task<Result<ExitStatus>> WaitExit(Loop& loop, Subprocess& process, TimePoint deadline) {
  if (const std::optional<ExitStatus> status = process.TryWait()) co_return *status;
  Watcher watcher(loop, process.pidfd());
  if (auto registered = watcher.Register(); !registered) co_return std::unexpected(registered.error());
  for (;;) {
    watcher.ReadWouldBlock();
    if (const std::optional<ExitStatus> status = process.TryWait()) co_return *status;
    if (const bool in_time = co_await watcher.Readable(deadline); !in_time)
      co_return Fail(ErrorCode::kTimeout, "the process still runs");
  }
}

}  // namespace cairn::net
