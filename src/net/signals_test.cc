#include "net/signals.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <optional>

#include "base/clock.h"
#include "base/testing/manual_clock.h"
#include "net/task_group.h"

namespace cairn::net {
namespace {

bool IsBlocked(int signal) {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 1;
}

TEST(SignalSet, DeliversSignalsToTheLoopWhileItLives) {
  SystemClock clock;
  Loop loop(clock);
  {
    auto set = SignalSet::Open(loop, {SIGUSR1, SIGUSR2});
    ASSERT_TRUE(set);
    EXPECT_TRUE(IsBlocked(SIGUSR1) && IsBlocked(SIGUSR2));
    pthread_kill(pthread_self(), SIGUSR1);
    EXPECT_EQ(loop.Run((*set)->Next()), SIGUSR1);
    pthread_kill(pthread_self(), SIGUSR2);
    pthread_kill(pthread_self(), SIGUSR2);  // counts once
    EXPECT_EQ(loop.Run((*set)->Next()), SIGUSR2);
  }
  EXPECT_FALSE(IsBlocked(SIGUSR1) || IsBlocked(SIGUSR2));
}

Task<void> StoreNext(SignalSet& set, std::optional<int>& signal) {
  signal = co_await set.Next();
}

TEST(SignalSet, WakesWhoWaits) {
  ManualClock clock;
  Loop loop(clock);
  auto set = SignalSet::Open(loop, {SIGUSR1});
  ASSERT_TRUE(set);
  std::optional<int> signal;
  TaskGroup group(loop);
  group.Spawn(StoreNext(**set, signal));
  loop.RunUntilIdle();
  EXPECT_FALSE(signal);
  pthread_kill(pthread_self(), SIGUSR1);
  while (!signal) loop.RunUntilIdle();
  EXPECT_EQ(*signal, SIGUSR1);
}

}  // namespace
}  // namespace cairn::net
