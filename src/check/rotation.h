#pragma once

// Who asks which address next. Workers go around the addresses, each one from the address that answered it to
// the next, so that a number from one replica is soon followed by a number from another. An address that is
// slow or failing must not stop the others:
//  - at most a share of the workers waits for one address at a time;
//  - an address that has failed is asked by one worker at a time, after a pause that doubles with each
//  further
//    failure, until it gives an answer.

#include <cstddef>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace cairn::check {

// Pure: times are given, nothing waits. Not synchronised.
class Rotation {
 public:
  static constexpr Duration kPauseMin = std::chrono::milliseconds(10);
  static constexpr Duration kPauseMax = std::chrono::milliseconds(500);

  // At least one of each.
  Rotation(size_t addresses, size_t workers);

  // An address for a worker whose last one was `last`, or nothing if all must be left alone now. Counts as in
  // flight until Done.
  std::optional<size_t> Take(size_t last, TimePoint now);

  // The request to `address` is over.
  void Done(size_t address, bool answered, TimePoint now);

  // When Take is worth trying again, unless Done comes first; kNever if only Done can help.
  TimePoint RetryAt() const;

 private:
  struct State {
    size_t in_flight = 0;
    Duration pause{};  // 0: it answered last
    TimePoint retry_at{};
  };

  size_t in_flight_max_;  // for one address
  std::vector<State> states_;
};

}  // namespace cairn::check
