#include "net/worker.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "net/task_group.h"

namespace cairn::net {
namespace {

// Closed until it is opened; any thread.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST(Worker, RunsCallsOnItsOwnThreadOneAfterTheOther) {
  SystemClock clock;
  Loop loop(clock);
  Worker worker(loop);
  std::vector<int> order;  // only the worker's thread touches it until the end
  std::vector<std::thread::id> resumed_on;
  auto run = [](Worker& on, std::vector<int>& calls, std::vector<std::thread::id>& ids,
                int number) -> Task<void> {
    std::function<std::thread::id()> call = [&calls, number] {
      calls.push_back(number);
      return std::this_thread::get_id();
    };
    const std::thread::id ran_on = co_await on.Run(std::move(call));
    EXPECT_NE(ran_on, std::this_thread::get_id());
    ids.push_back(std::this_thread::get_id());
  };
  TaskGroup group(loop);
  for (int i = 0; i < 100; ++i) group.Spawn(run(worker, order, resumed_on, i));
  auto all = [](TaskGroup& tasks) -> Task<void> { co_await tasks.Empty(); };
  loop.Run(all(group));
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  EXPECT_EQ(resumed_on, std::vector<std::thread::id>(100, std::this_thread::get_id()));
}

TEST(Worker, MoveOnlyValuesComeBack) {
  SystemClock clock;
  Loop loop(clock);
  Worker worker(loop);
  std::function<std::unique_ptr<int>()> call = [] { return std::make_unique<int>(42); };
  EXPECT_EQ(*loop.Run(worker.Run(std::move(call))), 42);
}

Task<void> Drop(Worker& worker, std::function<int()> call) {
  (void)co_await worker.Run(std::move(call));
}

TEST(Worker, ACancelledCallRunsToItsEndAndItsValueIsDropped) {
  SystemClock clock;
  Loop loop(clock);
  Worker worker(loop);
  auto gate = std::make_shared<Gate>();
  auto ran = std::make_shared<bool>(false);
  {
    TaskGroup group(loop);
    group.Spawn(Drop(worker, [gate, ran] {
      gate->Pass();
      *ran = true;
      return 1;
    }));
  }
  gate->Open();
  std::function<bool()> read = [ran] { return *ran; };
  EXPECT_TRUE(loop.Run(worker.Run(std::move(read))));
}

TEST(Worker, DestroyingItFinishesTheCallThatRunsAndDropsTheOthers) {
  SystemClock clock;
  Loop loop(clock);
  Gate started, gate;
  bool finished = false;
  auto owned = std::make_shared<int>(0);
  std::thread opener;
  TaskGroup group(loop);
  {
    Worker worker(loop);
    group.Spawn(Drop(worker, [&] {
      started.Open();
      gate.Pass();
      finished = true;
      return 1;
    }));
    for (int i = 0; i < 10; ++i) group.Spawn(Drop(worker, [owned] { return *owned; }));
    started.Pass();
    opener = std::thread([&gate] { gate.Open(); });
  }
  opener.join();
  EXPECT_TRUE(finished);
  loop.RunUntilIdle();
  group.CancelAll();
  EXPECT_EQ(owned.use_count(), 1);
}

}  // namespace
}  // namespace cairn::net
