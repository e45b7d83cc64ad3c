#pragma once

// Time, as an interface, so that a test can move it by hand (base/testing/manual_clock.h).

#include <chrono>

namespace cairn {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

// A deadline that does not come.
inline constexpr TimePoint kNever = TimePoint::max();

class Clock {
 public:
  virtual ~Clock() = default;

  // For deadlines and measured durations: never goes back, is not changed when somebody sets the time, and
  // has no meaning outside this boot of this machine.
  virtual TimePoint Now() const = 0;

  // For people: the date and time, which can jump either way.
  virtual std::chrono::system_clock::time_point WallNow() const = 0;
};

// The kernel's clocks: CLOCK_MONOTONIC and CLOCK_REALTIME. Stateless, so any number of threads may share one.
class SystemClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
  std::chrono::system_clock::time_point WallNow() const override { return std::chrono::system_clock::now(); }
};

}  // namespace cairn
