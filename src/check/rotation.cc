#include "check/rotation.h"

#include <algorithm>
#include <cassert>

namespace cairn::check {
namespace {

// Twice the fair share leaves room to go around, and yet not everybody can wait for the same address.
size_t InFlightMax(size_t addresses, size_t workers) {
  if (addresses == 1) return workers;
  const size_t twice_fair = (2 * workers + addresses - 1) / addresses;
  return std::max<size_t>(2, std::min(workers - 1, twice_fair));
}

}  // namespace

Rotation::Rotation(size_t addresses, size_t workers)
    : in_flight_max_(InFlightMax(addresses, workers)), states_(addresses) {
  assert(addresses > 0 && workers > 0);
}

std::optional<size_t> Rotation::Take(size_t last, TimePoint now) {
  for (size_t step = 1; step <= states_.size(); ++step) {
    const size_t address = (last + step) % states_.size();
    State& state = states_[address];
    const bool failing = state.pause > Duration::zero();
    if (failing ? state.in_flight > 0 || now < state.retry_at : state.in_flight >= in_flight_max_) continue;
    ++state.in_flight;
    return address;
  }
  return std::nullopt;
}

void Rotation::Done(size_t address, bool answered, TimePoint now) {
  State& state = states_[address];
  assert(state.in_flight > 0);
  --state.in_flight;
  if (answered) {
    state.pause = Duration::zero();
    return;
  }
  // Requests that were in flight together fail together: that is one failure.
  if (state.pause == Duration::zero()) {
    state.pause = kPauseMin;
  } else if (now >= state.retry_at) {
    state.pause = std::min(2 * state.pause, kPauseMax);
  }
  state.retry_at = now + state.pause;
}

TimePoint Rotation::RetryAt() const {
  TimePoint earliest = kNever;
  for (const State& state : states_) {
    if (state.pause > Duration::zero() && state.in_flight == 0) earliest = std::min(earliest, state.retry_at);
  }
  return earliest;
}

}  // namespace cairn::check
