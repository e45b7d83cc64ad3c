#pragma once

// Numbers from a CounterStore under a ledger (ledger.h): never repeated, whatever the store forgets, and
// increasing even while two stores believe that they are the primary. docs/formats/counter.md has the
// protocol and why it holds.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/log.h"
#include "counter/counter_store.h"
#include "counter/ledger.h"
#include "counter/number_source.h"
#include "counter/source_events.h"
#include "net/loop.h"
#include "net/task_group.h"

namespace cairn::counter {

class LedgeredSource final : public RangeSource {
 public:
  struct Options {
    bool create = true;        // as above, where the ledger is empty too
    int64_t window = 100'000;  // numbers that an epoch reserves at a time: the gap after a fail-over
    Duration lease = std::chrono::seconds(1);                // how long the ledger's answer is relied on
    Duration lease_margin = std::chrono::milliseconds(100);  // for clocks that run at different speeds
  };

  // All must outlive the source.
  LedgeredSource(net::Loop& loop, CounterStore& store, Ledger& ledger, const Logger& logger,
                 SourceEvents& events, Options options);

  net::Task<Result<Range>> Take(int64_t count, TimePoint deadline) override;

 private:
  struct Window {
    LedgerRecord record;
    TimePoint valid_until;  // numbers received later than this are dropped
  };

  net::Task<Result<>> ReadLedger();
  void RenewSoon();
  net::Task<void> Renew();
  net::Task<Result<>> Extend(int64_t count);
  net::Task<Result<>> Resolve(StoreState state, TimePoint deadline);
  net::Task<Result<>> Claim(StoreState state, TimePoint deadline);
  Result<int64_t> StartAfter(const StoreState& state) const;
  bool IsSuperseded(const StoreState& state) const;
  bool IsBeingClaimed(const StoreState& state);
  void SetWindow(LedgerRecord record, TimePoint asked_at);

  net::Loop& loop_;
  CounterStore& store_;
  Ledger& ledger_;
  const Logger& logger_;
  SourceEvents& events_;
  const Options options_;
  std::optional<Window> window_;
  int64_t last_ = 0;        // the largest number taken in this epoch
  int64_t epoch_seen_ = 0;  // the largest epoch read from the ledger
  // A record seen in the ledger whose epoch the store does not carry yet: its claimant may still be about to.
  std::optional<LedgerRecord> pending_;
  TimePoint pending_since_{};
  bool renewing_ = false;
  net::TaskGroup renewals_;
};

}  // namespace cairn::counter
