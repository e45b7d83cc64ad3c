#include "state/backend.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cairn::state {

net::Task<LockResult> LockWithin(net::Loop& loop, StateStore& store, LockInfo info, Duration timeout) {
  const TimePoint deadline = loop.clock().Now() + timeout;
  Duration pause = std::chrono::seconds(1);
  while (true) {
    LockInfo own = info;
    LockResult locked = co_await store.Lock(std::move(own));
    if (locked || locked.error().error.code != ErrorCode::kConflict) co_return locked;
    const TimePoint now = loop.clock().Now();
    if (now >= deadline) co_return locked;
    const Duration wait = std::min(pause, deadline - now);
    co_await loop.Sleep(wait);
    pause = std::min<Duration>(2 * pause, std::chrono::seconds(16));
  }
}

}  // namespace cairn::state
