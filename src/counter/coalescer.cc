#include "counter/coalescer.h"

#include <chrono>
#include <optional>
#include <utility>

namespace cairn::counter {

namespace {

// Between a failed step and the next, when the source failed faster than this.
constexpr Duration kPauseAfterFailure = std::chrono::milliseconds(10);

// Trying again may help: the requests keep waiting, each until its own deadline.
bool IsPassing(ErrorCode code) {
  return code == ErrorCode::kTimeout || code == ErrorCode::kDisconnected || code == ErrorCode::kUnavailable;
}

}  // namespace

void Coalescer::Waiting::Answer(Result<int64_t> value) {
  result = std::move(value);
  answered.WakeAll();
}

Coalescer::Coalescer(net::Loop& loop, RangeSource& ranges, Options options)
    : loop_(loop), ranges_(ranges), options_(std::move(options)), steps_(loop) {}

net::Task<Result<int64_t>> Coalescer::Next(TimePoint deadline) {
  if (waiting_count_ >= options_.waiting_max) {
    co_return Fail(ErrorCode::kOverloaded, "too many requests wait for a number");
  }
  Waiting waiting(loop_, waiting_count_);
  waiting_.PushBack(waiting);
  if (!running_) {
    running_ = true;
    steps_.Spawn(RunSteps());
  }
  if (!waiting.result) co_await waiting.answered.Wait(deadline);
  if (!waiting.result) co_return Fail(ErrorCode::kTimeout, "no number came in time");
  co_return std::move(*waiting.result);
}

net::Task<void> Coalescer::RunSteps() {
  while (!waiting_.empty()) {
    // Requests that arrived in the same turn of the loop join.
    co_await loop_.Yield();
    co_await Step();
  }
  running_ = false;
}

net::Task<void> Coalescer::Step() {
  net::List<Waiting> batch;
  int64_t count = 0;
  while (count < options_.batch_max && !waiting_.empty()) {
    batch.PushBack(*waiting_.PopFront());
    ++count;
  }
  if (count == 0) co_return;
  const TimePoint deadline = loop_.Now() + options_.step_timeout;
  const Result<Range> range = co_await ranges_.Take(count, deadline);
  healthy_ = range.has_value();
  if (range) {
    int64_t given = 0;
    while (Waiting* waiting = batch.PopFront()) waiting->Answer(range->first + given++);
  } else if (IsPassing(range.error().code)) {
    batch.Splice(waiting_);
    waiting_.Splice(batch);
    co_await loop_.Sleep(kPauseAfterFailure);
  } else {
    while (Waiting* waiting = batch.PopFront()) waiting->Answer(std::unexpected(range.error()));
  }
}

}  // namespace cairn::counter
