#include "counter/unledgered_source.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/testing/manual_clock.h"
#include "counter/testing/fake_store.h"
#include "net/loop.h"
#include "net/task_group.h"

namespace cairn::counter {
namespace {

struct Events final : SourceEvents {
  void OnRegression() override { ++regressions; }
  void OnFailOver() override { ++fail_overs; }
  int regressions = 0;
  int fail_overs = 0;
};

class UnledgeredSourceTest : public testing::Test {
 protected:
  Result<Range> Take(UnledgeredSource& source, int64_t count = 1) {
    std::optional<Result<Range>> taken;
    net::TaskGroup group(loop);
    const auto store = [](UnledgeredSource& from, int64_t n,
                          std::optional<Result<Range>>& into) -> net::Task<void> {
      into = co_await from.Take(n, kNever);
    };
    group.Spawn(store(source, count, taken));
    while (!taken) {
      loop.RunUntilIdle();
      clock.Advance(std::chrono::milliseconds(1));
    }
    return *taken;
  }
  int64_t Last(UnledgeredSource& source) {
    const auto range = Take(source);
    return range ? range->last : -1;
  }

  ManualClock clock;
  net::Loop loop{clock};
  Logger logger{clock, {.fd = -1}};
  FakeServers redis{1};
  FakeStore store_a{loop, redis}, store_b{loop, redis};
  Events events;
  UnledgeredSource a{store_a, logger, events, {.skip = 1000}};
  UnledgeredSource b{store_b, logger, events, {.skip = 1000}};
};

TEST_F(UnledgeredSourceTest, ReplicasShareOneSequenceFromOne) {
  EXPECT_EQ(Last(a), 1);
  EXPECT_EQ(Last(b), 2);
  const auto range = Take(a, 10);
  EXPECT_EQ(range->first, 3);
  EXPECT_EQ(range->last, 12);
  EXPECT_EQ(Last(b), 13);
}

TEST_F(UnledgeredSourceTest, GoesOnFromANumberThatTheOriginalLeft) {
  redis.primary().state.number = "41";
  EXPECT_EQ(Last(a), 42);
}

TEST_F(UnledgeredSourceTest, DoesNotCreateTheKeyWhenToldNotTo) {
  UnledgeredSource careful(store_a, logger, events, {.create = false});
  EXPECT_EQ(Take(careful).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(redis.primary().state.number, std::nullopt);
}

TEST_F(UnledgeredSourceTest, SkipsAheadWhenTheStoreRestartsWithWhatItHad) {
  EXPECT_EQ(Last(a), 1);
  redis.primary().alive = false;
  redis.Start(redis.primary().state);
  store_a.LookElsewhere(), store_b.LookElsewhere();
  EXPECT_EQ(Last(b), 1002);
  EXPECT_EQ(Last(a), 1003);
  EXPECT_EQ(events.fail_overs, 1);
  EXPECT_EQ(events.regressions, 0);
}

TEST_F(UnledgeredSourceTest, SkipsAheadOfWhatItHasSeenWhenAReplacedStoreLagged) {
  for (int i = 0; i < 5; ++i) Last(a);
  StoreState old = redis.primary().state;
  old.number = "3";
  redis.primary().alive = false;
  redis.Start(old);
  store_a.LookElsewhere();
  EXPECT_EQ(Last(a), 1006);
  EXPECT_EQ(events.fail_overs, 1);
  EXPECT_EQ(events.regressions, 1);
}

TEST_F(UnledgeredSourceTest, RefusesWhenTheNumberWasLoweredAndRecoversWhenRepaired) {
  for (int i = 0; i < 5; ++i) Last(a);
  redis.primary().state.number = "3";
  EXPECT_EQ(Take(a).error().code, ErrorCode::kConflict);
  EXPECT_EQ(Take(a).error().code, ErrorCode::kConflict);
  EXPECT_EQ(events.regressions, 1);
  redis.primary().state.number = "5";
  EXPECT_EQ(Last(a), 6);
}

TEST_F(UnledgeredSourceTest, RefusesWhenTheKeyIsGone) {
  EXPECT_EQ(Last(a), 1);
  redis.primary().state.number.reset();
  EXPECT_EQ(Take(a).error().code, ErrorCode::kConflict);  // has seen numbers
  EXPECT_EQ(Take(b).error().code, ErrorCode::kConflict);  // sees the mark that is left
  redis.primary().state.mark.reset();                     // FLUSHALL
  EXPECT_EQ(Take(a).error().code, ErrorCode::kConflict);
}

TEST_F(UnledgeredSourceTest, StaysAwayFromACounterThatHasALedger) {
  redis.primary().state.number = "10";
  redis.primary().state.mark = "3 " + redis.primary().state.identity;
  EXPECT_EQ(Take(a).error().code, ErrorCode::kConflict);
  EXPECT_EQ(redis.primary().state.number, "10");
}

TEST_F(UnledgeredSourceTest, RefusesWhatIsNotANumber) {
  redis.primary().state.number = "forty";
  EXPECT_EQ(Take(a).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace cairn::counter
