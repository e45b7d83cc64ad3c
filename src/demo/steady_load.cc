#include "demo/steady_load.h"

#include <algorithm>
#include <string>
#include <utility>

namespace cairn::demo {

SteadyLoad::SteadyLoad(net::Loop& loop, http::Client& client, http::Origin origin, int per_second)
    : loop_(loop), client_(client), origin_(std::move(origin)), requests_(loop), pace_(loop) {
  pace_.Spawn(Pace(Duration(std::chrono::seconds(1)) / per_second));
}

net::Task<void> SteadyLoad::Pace(Duration interval) {
  // After a pause of the whole process: not all that was missed at once.
  for (TimePoint due = loop_.Now();; due = std::max(due + interval, loop_.Now() - interval)) {
    co_await loop_.SleepUntil(due);
    if (requests_.size() < kInFlightMax) requests_.Spawn(Ask());
  }
}

net::Task<void> SteadyLoad::Ask() {
  http::Origin origin = origin_;
  http::ClientRequest request;
  request.target = "/get-number";
  std::string body;
  const TimePoint deadline = loop_.Now() + kTimeout;
  const auto answer = co_await client_.Fetch(std::move(origin), request, std::move(body), deadline);
  (void)answer;  // the front door counts
}

}  // namespace cairn::demo
