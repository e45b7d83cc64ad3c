#pragma once

#include "base/clock.h"

namespace cairn {

// A clock that stands still until the test advances it. Starts an hour after the epoch of the monotonic
// clock, so that "a while ago" can be expressed, and on 2026-01-02 03:04:05 UTC.
class ManualClock final : public Clock {
 public:
  TimePoint Now() const override { return now_; }
  std::chrono::system_clock::time_point WallNow() const override { return wall_now_; }

  void Advance(Duration duration) {
    now_ += duration;
    wall_now_ += std::chrono::duration_cast<std::chrono::system_clock::duration>(duration);
  }

  // Somebody set the time of day; the monotonic clock is not touched.
  void SetWall(std::chrono::system_clock::time_point wall_now) { wall_now_ = wall_now; }

 private:
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  std::chrono::system_clock::time_point wall_now_{std::chrono::seconds(1767323045)};
};

}  // namespace cairn
