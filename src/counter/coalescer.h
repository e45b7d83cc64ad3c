#pragma once

// Coalescer: requests that wait together share one step of a RangeSource.
//
// The requests that wait are frozen, then their numbers are asked for: the step happens after each of the
// requests began and before any of them ends, so their numbers fit there in any order. Requests that arrive
// after the freeze join the next step; joining this one could give them a number smaller than one already
// returned elsewhere. One step is under way at a time: the longer a round trip takes, the more requests share
// the next.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "counter/number_source.h"
#include "net/list.h"
#include "net/loop.h"
#include "net/task_group.h"

namespace cairn::counter {

class Coalescer final : public NumberSource {
 public:
  struct Options {
    size_t waiting_max = 100'000;                      // further requests fail with kOverloaded
    int64_t batch_max = 10'000;                        // requests that share one step
    Duration step_timeout = std::chrono::seconds(10);  // for one Take; a request's own deadline is its own
  };

  // `ranges` must outlive the coalescer.
  Coalescer(net::Loop& loop, RangeSource& ranges, Options options);

  net::Task<Result<int64_t>> Next(TimePoint deadline) override;
  bool healthy() const override { return healthy_; }

 private:
  // A request that waits; destroyed with its coroutine, and then its number is dropped.
  struct Waiting : net::ListNode {
    Waiting(net::Loop& loop, size_t& count_of_waiting) : answered(loop), count(count_of_waiting) { ++count; }
    ~Waiting() { --count; }
    void Answer(Result<int64_t> value);

    net::WaitList answered;
    std::optional<Result<int64_t>> result;
    size_t& count;
  };

  net::Task<void> RunSteps();
  net::Task<void> Step();

  net::Loop& loop_;
  RangeSource& ranges_;
  const Options options_;
  net::List<Waiting> waiting_;  // in order of arrival
  size_t waiting_count_ = 0;
  bool running_ = false;
  bool healthy_ = true;
  net::TaskGroup steps_;
};

}  // namespace cairn::counter
