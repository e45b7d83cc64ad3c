#include "counter/redis_backoff.h"

#include <gtest/gtest.h>

#include <set>

namespace cairn::counter {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesWithinHalfUpToItsMaximum) {
  for (uint64_t seed = 1; seed < 200; ++seed) {
    Backoff backoff(milliseconds(20), milliseconds(1000), seed);
    for (const int whole : {20, 40, 80, 160, 320, 640, 1000, 1000, 1000}) {
      const Duration pause = backoff.Next();
      EXPECT_GE(pause, milliseconds(whole) / 2);
      EXPECT_LE(pause, milliseconds(whole));
    }
    backoff.Reset();
    EXPECT_LE(backoff.Next(), milliseconds(20));
  }
}

TEST(Backoff, DiffersBetweenSeedsAndRepeatsForOne) {
  std::set<Duration> pauses;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Backoff one(milliseconds(100), milliseconds(100), seed);
    Backoff same(milliseconds(100), milliseconds(100), seed);
    const Duration pause = one.Next();
    EXPECT_EQ(pause, same.Next());
    pauses.insert(pause);
  }
  EXPECT_GT(pauses.size(), 90u);
}

TEST(Backoff, SurvivesMaximaNearTheEndOfTime) {
  Backoff backoff(milliseconds(1), Duration::max(), 1);
  for (int i = 0; i < 100; ++i) EXPECT_GT(backoff.Next(), Duration::zero());
}

}  // namespace
}  // namespace cairn::counter
