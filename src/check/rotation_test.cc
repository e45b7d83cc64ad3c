#include "check/rotation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace cairn::check {
namespace {

using std::chrono::milliseconds;

const TimePoint kStart{std::chrono::hours(1)};

TEST(Rotation, GoesAround) {
  Rotation rotation(3, 3);
  size_t last = 0;
  for (const size_t expected : {1, 2, 0, 1, 2, 0}) {
    const auto address = rotation.Take(last, kStart);
    ASSERT_EQ(address, expected);
    last = *address;
    rotation.Done(last, true, kStart);
  }
}

TEST(Rotation, AlwaysAsksTheOnlyAddress) {
  Rotation rotation(1, 4);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(rotation.Take(0, kStart), 0);
}

// Whatever the numbers: with one address silent, workers go on that ask the others.
TEST(Rotation, KeepsWorkersFromAnAddressThatDoesNotAnswer) {
  for (const size_t addresses : {2, 3, 5, 10}) {
    for (const size_t workers : {3, 4, 8, 100}) {
      Rotation rotation(addresses, workers);
      size_t stuck = 0;
      std::vector<size_t> last(workers, addresses - 1);
      std::vector<bool> is_stuck(workers);
      for (size_t round = 0; round < 4 * addresses; ++round) {
        for (size_t worker = 0; worker < workers; ++worker) {
          if (is_stuck[worker]) continue;
          const auto address = rotation.Take(last[worker], kStart);
          ASSERT_TRUE(address);
          last[worker] = *address;
          if (*address == 0) {
            is_stuck[worker] = true;
            ++stuck;
          } else {
            rotation.Done(*address, true, kStart);
          }
        }
      }
      EXPECT_GT(stuck, 0u);
      EXPECT_LT(stuck, workers) << addresses << " addresses, " << workers << " workers";
    }
  }
}

TEST(Rotation, AsksAFailedAddressAgainAfterAPauseAndByOneWorker) {
  Rotation rotation(1, 4);
  ASSERT_EQ(rotation.Take(0, kStart), 0);
  EXPECT_EQ(rotation.RetryAt(), kNever);
  rotation.Done(0, false, kStart);
  EXPECT_EQ(rotation.RetryAt(), kStart + Rotation::kPauseMin);
  EXPECT_EQ(rotation.Take(0, kStart), std::nullopt);
  const TimePoint later = kStart + Rotation::kPauseMin;
  EXPECT_EQ(rotation.Take(0, later), 0);
  EXPECT_EQ(rotation.Take(0, later), std::nullopt);
  EXPECT_EQ(rotation.RetryAt(), kNever);  // until the one that asks is Done
  rotation.Done(0, true, later);
  EXPECT_EQ(rotation.Take(0, later), 0);
  EXPECT_EQ(rotation.Take(0, later), 0);
}

TEST(Rotation, DoublesThePauseUpToItsBound) {
  Rotation rotation(1, 1);
  TimePoint now = kStart;
  Duration expected = Rotation::kPauseMin;
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(rotation.Take(0, now), 0);
    rotation.Done(0, false, now);
    EXPECT_EQ(rotation.RetryAt() - now, expected);
    now = rotation.RetryAt();
    expected = std::min(2 * expected, Rotation::kPauseMax);
  }
}

TEST(Rotation, CountsFailuresOfOneMomentOnce) {
  Rotation rotation(1, 8);
  for (int i = 0; i < 8; ++i) rotation.Take(0, kStart);
  for (int i = 0; i < 8; ++i) rotation.Done(0, false, kStart);
  EXPECT_EQ(rotation.RetryAt(), kStart + Rotation::kPauseMin);
}

}  // namespace
}  // namespace cairn::check
