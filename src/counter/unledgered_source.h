#pragma once

// Numbers from a CounterStore alone.
//
// What can be noticed without a second opinion is: a number that is gone or was lowered is refused until
// somebody repairs it. After a restart or promotion of the store, which may have lost its last numbers,
// numbering skips ahead of the largest that the store or this process knows. Two losses escape: one of more
// than `skip` numbers, and one while no replica ran that had seen a later number.

#include <cstdint>
#include <string_view>

#include "base/log.h"
#include "counter/counter_store.h"
#include "counter/number_source.h"
#include "counter/source_events.h"

namespace cairn::counter {

class UnledgeredSource final : public RangeSource {
 public:
  struct Options {
    bool create = true;        // a key that is missing, when no number was ever seen, is created with 0
    int64_t skip = 1'000'000;  // after a restart or promotion of the store
  };

  // `store`, `logger` and `events` must outlive the source.
  UnledgeredSource(CounterStore& store, const Logger& logger, SourceEvents& events, Options options);

  net::Task<Result<Range>> Take(int64_t count, TimePoint deadline) override;

 private:
  // Where to go on from after a mismatch, or why not to.
  Result<int64_t> StartAfter(const StoreState& state);
  std::unexpected<Error> Refuse(std::string_view what);

  CounterStore& store_;
  const Logger& logger_;
  SourceEvents& events_;
  const Options options_;
  int64_t seen_ = 0;       // the largest number taken so far
  bool refusing_ = false;  // as the log and the events know
};

}  // namespace cairn::counter
