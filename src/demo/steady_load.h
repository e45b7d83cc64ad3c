#pragma once

// A few requests a second for numbers, so that there is something to see.

#include <chrono>
#include <cstddef>

#include "base/clock.h"
#include "http/client.h"
#include "net/loop.h"
#include "net/task.h"
#include "net/task_group.h"

namespace cairn::demo {

class SteadyLoad {
 public:
  static constexpr size_t kInFlightMax = 64;
  static constexpr Duration kTimeout = std::chrono::seconds(10);

  // Sends `per_second` requests a second (at least 1) to `origin` until it is destroyed, whatever becomes of
  // them; none while kInFlightMax of them wait. Loop and client must outlive it.
  SteadyLoad(net::Loop& loop, http::Client& client, http::Origin origin, int per_second);

 private:
  net::Task<void> Pace(Duration interval);
  net::Task<void> Ask();

  net::Loop& loop_;
  http::Client& client_;
  const http::Origin origin_;
  net::TaskGroup requests_;
  net::TaskGroup pace_;
};

}  // namespace cairn::demo
