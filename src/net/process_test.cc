#include "net/process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "base/clock.h"
#include "base/testing/manual_clock.h"
#include "net/task_group.h"

namespace cairn::net {
namespace {

Subprocess Shell(const std::string& script) {
  auto started = Subprocess::Start({.argv = {"/bin/sh", "-c", script}, .stdin_fd = kNullStream});
  EXPECT_TRUE(started) << started.error().message;
  return std::move(*started);
}

TEST(WaitExit, YieldsHowTheProcessEnded) {
  SystemClock clock;
  Loop loop(clock);
  Subprocess exits = Shell("exit 7");
  EXPECT_EQ(*loop.Run(WaitExit(loop, exits, kNever)), (ExitStatus{.code = 7}));
  EXPECT_EQ(*loop.Run(WaitExit(loop, exits, kNever)), (ExitStatus{.code = 7}));  // as often as one likes
  Subprocess killed = Shell("kill -TERM $$; sleep 60");
  EXPECT_EQ(*loop.Run(WaitExit(loop, killed, kNever)), (ExitStatus{.signal = SIGTERM}));
}

Task<void> Store(Loop& loop, Subprocess& process, TimePoint deadline,
                 std::optional<Result<ExitStatus>>& status) {
  auto waiting = WaitExit(loop, process, deadline);
  status = co_await waiting;
}

TEST(WaitExit, AProcessThatStillRunsAtTheDeadlineIsLeftAlone) {
  ManualClock clock;
  Loop loop(clock);
  Subprocess process = Shell("sleep 60");
  std::optional<Result<ExitStatus>> first, second;
  TaskGroup group(loop);
  group.Spawn(Store(loop, process, clock.Now() + std::chrono::seconds(1), first));
  clock.Advance(std::chrono::seconds(1));
  loop.RunUntilIdle();
  ASSERT_TRUE(first);
  ASSERT_FALSE(*first);
  EXPECT_EQ(first->error().code, ErrorCode::kTimeout);
  EXPECT_FALSE(process.TryWait());
  group.Spawn(Store(loop, process, kNever, second));
  process.Kill(SIGKILL);
  while (!second) loop.RunUntilIdle();
  EXPECT_EQ(**second, (ExitStatus{.signal = SIGKILL}));
}

}  // namespace
}  // namespace cairn::net
