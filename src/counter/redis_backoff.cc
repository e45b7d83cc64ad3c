#include "counter/redis_backoff.h"

#include <algorithm>

namespace cairn::counter {

Duration Backoff::Next() {
  const Duration whole = next_;
  next_ = next_ > max_ / 2 ? max_ : next_ * 2;
  std::uniform_int_distribution<Duration::rep> shortened(whole.count() / 2, whole.count());
  return std::min(max_, Duration(shortened(random_)));
}

}  // namespace cairn::counter
