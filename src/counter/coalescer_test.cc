#include "counter/coalescer.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/testing/manual_clock.h"
#include "net/loop.h"
#include "net/task_group.h"

namespace cairn::counter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers when the test says so.
class ScriptedRanges final : public RangeSource {
 public:
  explicit ScriptedRanges(net::Loop& loop) : answered_(loop) {}

  net::Task<Result<Range>> Take(int64_t count, TimePoint) override {
    counts.push_back(count);
    while (!answer_) co_await answered_.Wait();
    const Result<> answer = *std::exchange(answer_, std::nullopt);
    last_ += count;  // also when the reply is lost
    if (!answer) co_return std::unexpected(answer.error());
    co_return Range{last_ - count + 1, last_};
  }

  void Answer(Result<> answer = {}) {
    answer_ = std::move(answer);
    answered_.WakeAll();
  }

  std::vector<int64_t> counts;

 private:
  int64_t last_ = 0;
  std::optional<Result<>> answer_;
  net::WaitList answered_;
};

class CoalescerTest : public testing::Test {
 protected:
  void Ask(net::TaskGroup& group, Duration patience = seconds(60)) {
    answers.emplace_back();  // before a task that may answer at once
    group.Spawn(Store(patience, answers.size() - 1));
  }

  net::Task<void> Store(Duration patience, size_t index) {
    const auto answer = co_await coalescer.Next(loop.Now() + patience);
    answers[index] = answer;
  }

  int64_t Number(size_t index) { return answers[index] && *answers[index] ? **answers[index] : -1; }

  ManualClock clock;
  net::Loop loop{clock};
  ScriptedRanges ranges{loop};
  std::vector<std::optional<Result<int64_t>>> answers;
  Coalescer coalescer{loop, ranges, {.waiting_max = 100, .batch_max = 10}};
  net::TaskGroup clients{loop};
};

TEST_F(CoalescerTest, RequestsOfOneTurnShareAStepInTheOrderOfArrival) {
  for (int i = 0; i < 3; ++i) Ask(clients);
  loop.RunUntilIdle();
  ranges.Answer();
  loop.RunUntilIdle();
  EXPECT_EQ(ranges.counts, std::vector<int64_t>{3});
  EXPECT_EQ(Number(0), 1);
  EXPECT_EQ(Number(1), 2);
  EXPECT_EQ(Number(2), 3);
}

TEST_F(CoalescerTest, ARequestThatArrivesAfterTheStepBeganJoinsTheNext) {
  Ask(clients);
  loop.RunUntilIdle();
  Ask(clients);
  Ask(clients);
  loop.RunUntilIdle();
  EXPECT_EQ(ranges.counts, std::vector<int64_t>{1});
  ranges.Answer();
  loop.RunUntilIdle();
  EXPECT_EQ(Number(0), 1);
  EXPECT_FALSE(answers[1].has_value());
  EXPECT_EQ(ranges.counts, (std::vector<int64_t>{1, 2}));
  ranges.Answer();
  loop.RunUntilIdle();
  EXPECT_EQ(Number(1), 2);
  EXPECT_EQ(Number(2), 3);
}

TEST_F(CoalescerTest, TheNumberOfAClientThatVanishedIsGivenToNobody) {
  auto gone = std::make_unique<net::TaskGroup>(loop);
  Ask(*gone);
  Ask(clients);
  loop.RunUntilIdle();
  gone.reset();
  Ask(clients);  // must not get the number of the one that is gone
  loop.RunUntilIdle();
  ranges.Answer();
  loop.RunUntilIdle();
  ranges.Answer();
  loop.RunUntilIdle();
  EXPECT_EQ(ranges.counts, (std::vector<int64_t>{2, 1}));
  EXPECT_LE(Number(1), 2);
  EXPECT_EQ(Number(2), 3);
}

TEST_F(CoalescerTest, AfterALostReplyTheSameRequestsGetFreshNumbers) {
  Ask(clients);
  Ask(clients);
  loop.RunUntilIdle();
  ranges.Answer(Fail(ErrorCode::kDisconnected, "lost"));
  loop.RunUntilIdle();
  EXPECT_FALSE(coalescer.healthy());
  clock.Advance(milliseconds(20));
  loop.RunUntilIdle();
  ranges.Answer();
  loop.RunUntilIdle();
  EXPECT_EQ(ranges.counts, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(Number(0), 3);
  EXPECT_EQ(Number(1), 4);
  EXPECT_TRUE(coalescer.healthy());
}

TEST_F(CoalescerTest, ARefusalThatWillNotPassIsToldToAllAtOnce) {
  Ask(clients);
  Ask(clients);
  loop.RunUntilIdle();
  ranges.Answer(Fail(ErrorCode::kConflict, "numbers were lost"));
  loop.RunUntilIdle();
  for (const auto& answer : answers) EXPECT_EQ(answer->error().code, ErrorCode::kConflict);
}

TEST_F(CoalescerTest, ARequestFailsAtItsOwnDeadline) {
  Ask(clients, milliseconds(50));
  Ask(clients, milliseconds(500));
  loop.RunUntilIdle();
  clock.Advance(milliseconds(100));
  loop.RunUntilIdle();
  EXPECT_EQ(answers[0]->error().code, ErrorCode::kTimeout);
  ranges.Answer();
  loop.RunUntilIdle();
  EXPECT_GT(Number(1), 0);
}

TEST_F(CoalescerTest, BatchesAndTheQueueAreBounded) {
  for (int i = 0; i < 101; ++i) Ask(clients);
  loop.RunUntilIdle();
  EXPECT_EQ(ranges.counts, std::vector<int64_t>{10});
  EXPECT_EQ(answers[100]->error().code, ErrorCode::kOverloaded);
  for (int i = 0; i < 10; ++i) {
    ranges.Answer();
    loop.RunUntilIdle();
  }
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(Number(i), static_cast<int64_t>(i) + 1);
}

}  // namespace
}  // namespace cairn::counter
