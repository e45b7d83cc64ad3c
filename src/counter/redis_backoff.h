#pragma once

// How long to pause after failures in a row.

#include <cstdint>
#include <random>

#include "base/clock.h"

namespace cairn::counter {

// Pauses that double from `min` up to `max`, each shortened at random by up to half, so that many clients of
// one failed server do not come back at the same moments.
class Backoff {
 public:
  // 0 < min <= max.
  Backoff(Duration min, Duration max, uint64_t seed) : min_(min), max_(max), next_(min), random_(seed) {}

  // The pause after one more failure.
  Duration Next();

  // There was a success.
  void Reset() { next_ = min_; }

 private:
  const Duration min_;
  const Duration max_;
  Duration next_;
  std::mt19937_64 random_;
};

}  // namespace cairn::counter
