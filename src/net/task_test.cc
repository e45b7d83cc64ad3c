#include "net/task.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/testing/manual_clock.h"
#include "net/loop.h"
#include "net/task_group.h"

namespace cairn::net {
namespace {

using std::chrono::milliseconds;

Task<int> Immediately(int value) {
  co_return value;
}

Task<int> AddUp(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await Immediately(1);
  co_return sum;
}

TEST(Task, AMillionAwaitsThatCompleteAtOnceUseConstantStack) {
  SystemClock clock;
  Loop loop(clock);
  EXPECT_EQ(loop.Run(AddUp(1'000'000)), 1'000'000);
}

Task<int> Depth(int levels) {
  if (levels == 0) co_return 0;
  co_return 1 + co_await Depth(levels - 1);
}

TEST(Task, DeepChainsUnwindWithoutRecursion) {
  SystemClock clock;
  Loop loop(clock);
  EXPECT_EQ(loop.Run(Depth(100'000)), 100'000);
}

TEST(Task, NothingRunsBeforeItIsAwaited) {
  bool ran = false;
  auto make = [](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  };
  {
    Task<void> task = make(ran);
  }
  EXPECT_FALSE(ran);
}

TEST(Task, MoveOnlyValuesAndErrorsPass) {
  SystemClock clock;
  Loop loop(clock);
  auto make = [](bool good) -> Task<Result<std::unique_ptr<std::string>>> {
    if (!good) co_return Fail(ErrorCode::kNotFound, "not there");
    co_return std::make_unique<std::string>("value");
  };
  EXPECT_EQ(**loop.Run(make(true)), "value");
  EXPECT_EQ(loop.Run(make(false)).error().code, ErrorCode::kNotFound);
}

struct Guard {
  int& destroyed;
  ~Guard() { ++destroyed; }
};

Task<void> SleepGuarded(Loop& loop, int& destroyed) {
  const Guard guard{destroyed};
  co_await loop.Sleep(std::chrono::hours(1));
}

Task<void> AwaitSleeper(Loop& loop, int& destroyed) {
  const Guard guard{destroyed};
  co_await SleepGuarded(loop, destroyed);
}

TEST(Task, DestroyingASuspendedChainDestroysItsLocalsAndItsTimer) {
  ManualClock clock;
  Loop loop(clock);
  int destroyed = 0;
  {
    TaskGroup group(loop);
    group.Spawn(AwaitSleeper(loop, destroyed));
    EXPECT_EQ(group.size(), 1u);
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 2);
  clock.Advance(std::chrono::hours(2));
  loop.RunUntilIdle();  // nothing is left to resume
}

Task<void> Append(Loop& loop, std::string& log, char name, milliseconds delay) {
  co_await loop.Sleep(delay);
  log += name;
}

TEST(Loop, TimersFireInTheOrderOfTheirDeadlines) {
  ManualClock clock;
  Loop loop(clock);
  std::string log;
  TaskGroup group(loop);
  group.Spawn(Append(loop, log, 'c', milliseconds(30)));
  group.Spawn(Append(loop, log, 'a', milliseconds(10)));
  group.Spawn(Append(loop, log, 'b', milliseconds(20)));
  loop.RunUntilIdle();
  EXPECT_EQ(log, "");
  clock.Advance(milliseconds(20));
  loop.RunUntilIdle();
  EXPECT_EQ(log, "ab");
  clock.Advance(milliseconds(10));
  loop.RunUntilIdle();
  EXPECT_EQ(log, "abc");
  EXPECT_EQ(group.size(), 0u);
}

// A model of the heap: random starts and cancellations, then everything must fire in order.
Task<void> Record(Loop& loop, std::vector<int>& log, int at_ms) {
  co_await loop.Sleep(milliseconds(at_ms));
  log.push_back(at_ms);
}

TEST(Loop, ThousandsOfTimersWithCancellationsAgreeWithAModel) {
  ManualClock clock;
  Loop loop(clock);
  std::vector<int> fired;
  std::vector<int> expected;
  TaskGroup kept(loop);
  {
    TaskGroup cancelled(loop);
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 5000; ++i) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      const int at_ms = static_cast<int>(random % 10000) + 1;
      if (random & (1 << 20)) {
        cancelled.Spawn(Record(loop, fired, at_ms));
      } else {
        kept.Spawn(Record(loop, fired, at_ms));
        expected.push_back(at_ms);
      }
    }
  }
  std::ranges::sort(expected);
  for (int i = 0; i < 100; ++i) {
    clock.Advance(milliseconds(100));
    loop.RunUntilIdle();
  }
  EXPECT_EQ(fired, expected);
}

Task<void> WaitFor(WaitList& list, std::string& log, char name) {
  const bool woken = co_await list.Wait();
  log += woken ? name : '-';
}

TEST(WaitList, WakesInOrderAndOnlyThoseWhoWait) {
  ManualClock clock;
  Loop loop(clock);
  WaitList list(loop);
  std::string log;
  TaskGroup group(loop);
  group.Spawn(WaitFor(list, log, 'a'));
  auto doomed = std::make_unique<TaskGroup>(loop);
  doomed->Spawn(WaitFor(list, log, 'b'));
  group.Spawn(WaitFor(list, log, 'c'));
  group.Spawn(WaitFor(list, log, 'd'));
  list.WakeOne();
  loop.RunUntilIdle();
  EXPECT_EQ(log, "a");
  list.WakeAll();
  doomed.reset();  // woken already, cancelled before its turn
  loop.RunUntilIdle();
  EXPECT_EQ(log, "acd");
}

Task<void> CancelOther(WaitList& list, std::unique_ptr<TaskGroup>& other, std::string& log) {
  co_await list.Wait();
  other.reset();
  log += 'x';
}

TEST(WaitList, ATaskMayCancelAnotherThatIsWokenInTheSameTurn) {
  ManualClock clock;
  Loop loop(clock);
  WaitList list(loop);
  std::string log;
  auto other = std::make_unique<TaskGroup>(loop);
  TaskGroup group(loop);
  group.Spawn(CancelOther(list, other, log));
  other->Spawn(WaitFor(list, log, 'b'));
  list.WakeAll();
  loop.RunUntilIdle();
  EXPECT_EQ(log, "x");
}

TEST(WaitList, NewsThatIsThereWinsOverADeadlineThatHasPassed) {
  ManualClock clock;
  Loop loop(clock);
  WaitList list(loop);
  std::string log;
  TaskGroup group(loop);
  auto wait = [](WaitList& news, TimePoint deadline, std::string& text) -> Task<void> {
    const bool woken = co_await news.Wait(deadline);
    text += woken ? 'w' : 'd';
  };
  group.Spawn(wait(list, clock.Now() + milliseconds(10), log));
  list.WakeAll();
  group.Spawn(wait(list, clock.Now() + milliseconds(10), log));
  clock.Advance(milliseconds(20));
  loop.RunUntilIdle();
  EXPECT_EQ(log, "wd");
}

Task<Result<int>> SlowAnswer(Loop& loop, milliseconds delay) {
  co_await loop.Sleep(delay);
  co_return 42;
}

Task<void> StoreAnswer(Loop& loop, milliseconds delay, std::optional<Result<int>>& answer) {
  Task<Result<int>> slow = SlowAnswer(loop, delay);
  answer = co_await WithDeadline(loop, loop.Now() + milliseconds(100), std::move(slow));
}

TEST(WithDeadline, YieldsTheValueOrATimeoutWhicheverIsFirst) {
  ManualClock clock;
  Loop loop(clock);
  std::optional<Result<int>> fast, slow;
  TaskGroup group(loop);
  group.Spawn(StoreAnswer(loop, milliseconds(50), fast));
  group.Spawn(StoreAnswer(loop, milliseconds(500), slow));
  for (int i = 0; i < 10; ++i) {
    clock.Advance(milliseconds(20));
    loop.RunUntilIdle();
  }
  ASSERT_TRUE(fast && slow);
  EXPECT_EQ(**fast, 42);
  EXPECT_EQ(slow->error().code, ErrorCode::kTimeout);
}

TEST(Loop, PostedClosuresRunOnTheLoopsThread) {
  SystemClock clock;
  Loop loop(clock);
  WaitList posted(loop);
  std::thread::id ran_on;
  std::thread other([&] {
    loop.Post([&] {
      ran_on = std::this_thread::get_id();
      posted.WakeAll();
    });
  });
  auto wait = [](WaitList& list, const std::thread::id& id) -> Task<void> {
    while (id == std::thread::id()) co_await list.Wait();
  };
  loop.Run(wait(posted, ran_on));
  other.join();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(Loop, IdleMeansThatNoTimerIsDue) {
  ManualClock clock;
  Loop loop(clock);
  std::string log;
  TaskGroup group(loop);
  auto twice = [](Loop& on, std::string& text) -> Task<void> {
    const TimePoint deadline = on.Now() + milliseconds(10);
    co_await on.SleepUntil(deadline);
    text += '1';
    co_await on.SleepUntil(deadline);  // over already
    text += '2';
  };
  group.Spawn(twice(loop, log));
  clock.Advance(milliseconds(10));
  loop.RunUntilIdle();
  EXPECT_EQ(log, "12");
}

TEST(Loop, ClosuresThatNeverRanAreDestroyedWithIt) {
  SystemClock clock;
  auto owned = std::make_shared<int>(1);
  {
    Loop loop(clock);
    loop.Post([owned] { ++*owned; });
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_EQ(*owned, 1);
}

Task<void> Count(int& count) {
  ++count;
  co_return;
}

TEST(TaskGroup, TasksMayEndWhileTheyAreSpawned) {
  ManualClock clock;
  Loop loop(clock);
  TaskGroup group(loop);
  int count = 0;
  for (int i = 0; i < 100000; ++i) group.Spawn(Count(count));
  EXPECT_EQ(count, 100000);
  EXPECT_EQ(group.size(), 0u);
}

struct SpawnsWhenDestroyed {
  Loop& loop;
  TaskGroup& group;
  int& destroyed;
  ~SpawnsWhenDestroyed() { group.Spawn(SleepGuarded(loop, destroyed)); }
};

Task<void> HoldSpawner(Loop& loop, TaskGroup& group, int& destroyed) {
  const SpawnsWhenDestroyed spawner{loop, group, destroyed};
  co_await loop.Sleep(std::chrono::hours(1));
}

TEST(TaskGroup, CancellingTakesAlongWhatCancelledTasksSpawn) {
  ManualClock clock;
  Loop loop(clock);
  int destroyed = 0;
  TaskGroup group(loop);
  group.Spawn(HoldSpawner(loop, group, destroyed));
  group.CancelAll();
  EXPECT_EQ(group.size(), 0u);
  EXPECT_EQ(destroyed, 1);
}

TEST(TaskGroup, EmptyWaitsForTheLastTask) {
  ManualClock clock;
  Loop loop(clock);
  TaskGroup work(loop), watch(loop);
  std::string log;
  work.Spawn(Append(loop, log, 'a', milliseconds(10)));
  auto wait = [](TaskGroup& group, std::string& text) -> Task<void> {
    const bool emptied = co_await group.Empty();
    text += emptied ? '!' : '?';
  };
  watch.Spawn(wait(work, log));
  loop.RunUntilIdle();
  EXPECT_EQ(log, "");
  clock.Advance(milliseconds(10));
  loop.RunUntilIdle();
  EXPECT_EQ(log, "a!");
}

}  // namespace
}  // namespace cairn::net
