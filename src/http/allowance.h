#pragma once

// A token bucket against peers that cost more than they use.

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace cairn::http {

// Nuisances spend, useful work and time give back, up to `capacity`.
class Allowance {
 public:
  Allowance(double capacity, double per_second, TimePoint now)
      : capacity_(capacity), per_second_(per_second), left_(capacity), at_(now) {}

  // False once it is used up.
  bool Spend(TimePoint now) {
    const double seconds = std::chrono::duration<double>(now - at_).count();
    at_ = now;
    Earn(seconds * per_second_);
    left_ -= 1;
    return left_ >= 0;
  }

  void Earn(double amount) { left_ = std::min(capacity_, left_ + amount); }

 private:
  double capacity_;
  double per_second_;
  double left_;
  TimePoint at_;
};

}  // namespace cairn::http
