#include "counter/ledgered_source.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"

namespace cairn::counter {

namespace {

constexpr int64_t kNumberMax = std::numeric_limits<int64_t>::max();

// No store is marked with it, so that nothing can be taken before the ledger knows the store.
constexpr int64_t kNoEpoch = -1;

constexpr int kRoundsMax = 64;

// How often to look whether another replica has finished claiming the store, and how long that may take it
// beyond the wait for leases before it is taken for dead.
constexpr Duration kClaimantPause = std::chrono::milliseconds(20);
constexpr Duration kClaimantGrace = std::chrono::seconds(1);

// Before looking again for the store that replaced a superseded one.
constexpr Duration kSupersededPause = std::chrono::milliseconds(100);

int64_t AddClamped(int64_t number, int64_t addend) {
  return number > kNumberMax - addend ? kNumberMax : number + addend;
}

}  // namespace

LedgeredSource::LedgeredSource(net::Loop& loop, CounterStore& store, Ledger& ledger, const Logger& logger,
                               SourceEvents& events, Options options)
    : loop_(loop),
      store_(store),
      ledger_(ledger),
      logger_(logger),
      events_(events),
      options_(options),
      renewals_(loop) {}

net::Task<Result<Range>> LedgeredSource::Take(int64_t count, TimePoint deadline) {
  for (int round = 0; round < kRoundsMax; ++round) {
    if (!window_ || loop_.clock().Now() >= window_->valid_until) {
      if (const auto read = co_await ReadLedger(); !read) co_return std::unexpected(read.error());
    }
    TakeRequest request{count, kNoEpoch, last_, 0};
    if (window_) {
      request.epoch = window_->record.epoch;
      request.ceiling = window_->record.ceiling;
    }
    const Result<TakeReply> reply = co_await store_.Take(request, deadline);
    if (!reply) co_return std::unexpected(reply.error());
    if (reply->kind == TakeReply::Kind::kMismatch) {
      if (const auto resolved = co_await Resolve(reply->state, deadline); !resolved) {
        co_return std::unexpected(resolved.error());
      }
    } else if (reply->kind == TakeReply::Kind::kCeiling) {
      if (const auto extended = co_await Extend(count); !extended)
        co_return std::unexpected(extended.error());
    } else if (window_ && window_->record.epoch == request.epoch &&
               loop_.clock().Now() < window_->valid_until) {
      last_ = reply->last;
      events_.OnWindow(request.epoch, window_->record.ceiling - last_);
      RenewSoon();
      co_return Range{last_ - count + 1, last_};
    }
    // Else the numbers came after the lease: a new epoch may have given out larger ones, so these are
    // dropped.
  }
  co_return Fail(ErrorCode::kUnavailable, "the counter's store and ledger keep changing");
}

net::Task<Result<>> LedgeredSource::ReadLedger() {
  const TimePoint asked_at = loop_.clock().Now();
  const auto record = co_await ledger_.Read();
  if (!record) co_return Fail(ErrorCode::kUnavailable, record.error().In("cannot read the ledger").message);
  const int64_t epoch = *record ? (*record)->epoch : 0;
  if (epoch < epoch_seen_) {
    co_return Fail(ErrorCode::kConflict,
                   Format("the ledger has gone back from epoch {} to {}: restore it", epoch_seen_, epoch));
  }
  if (*record) {
    SetWindow(**record, asked_at);
  } else {
    window_.reset();
  }
  co_return {};
}

void LedgeredSource::SetWindow(LedgerRecord record, TimePoint asked_at) {
  // Reads overlap; an older answer must not bring an older epoch, ceiling or lease back.
  if (window_ && record.epoch < window_->record.epoch) return;
  TimePoint valid_until = asked_at + options_.lease;
  if (window_ && record.epoch == window_->record.epoch) {
    record.ceiling = std::max(record.ceiling, window_->record.ceiling);
    valid_until = std::max(valid_until, window_->valid_until);
  } else {
    last_ = 0;
  }
  epoch_seen_ = std::max(epoch_seen_, record.epoch);
  window_ = Window{std::move(record), valid_until};
}

void LedgeredSource::RenewSoon() {
  const bool lease_ends = loop_.clock().Now() >= window_->valid_until - options_.lease / 2;
  const bool window_ends = window_->record.ceiling - last_ < options_.window / 2;
  if (renewing_ || (!lease_ends && !window_ends) || window_->record.ceiling == kNumberMax) return;
  renewing_ = true;
  renewals_.Spawn(Renew());
}

net::Task<void> LedgeredSource::Renew() {
  // A failure shows in Take, when it finds its lease or window used up.
  if (window_->record.ceiling - last_ < options_.window / 2) {
    (void)co_await Extend(0);
  } else {
    (void)co_await ReadLedger();
  }
  renewing_ = false;
}

net::Task<Result<>> LedgeredSource::Extend(int64_t count) {
  if (!window_) co_return Result<>();
  const LedgerRecord expected = window_->record;
  if (expected.ceiling == kNumberMax) co_return Fail(ErrorCode::kInvalid, "the counter has reached 2^63 - 1");
  LedgerRecord next = expected;
  next.ceiling = AddClamped(expected.ceiling, std::max(options_.window, count));
  const TimePoint asked_at = loop_.clock().Now();
  const auto replaced = co_await ledger_.Replace(expected, next);
  if (!replaced)
    co_return Fail(ErrorCode::kUnavailable, replaced.error().In("cannot extend the ledger").message);
  if (!*replaced) co_return co_await ReadLedger();
  SetWindow(next, asked_at);
  co_return {};
}

// The store is not as the window says: the window is out of date, or the store has restarted, was replaced,
// or lost the keys.
net::Task<Result<>> LedgeredSource::Resolve(StoreState state, TimePoint deadline) {
  if (const auto read = co_await ReadLedger(); !read) co_return std::unexpected(read.error());
  if (window_ && state.IsMarked(window_->record.epoch) && state.number) {
    const auto number = ParseInt<int64_t>(*state.number);
    if (number && *number >= last_) co_return {};  // only the window was out of date
  }
  if (window_ && IsSuperseded(state)) {
    store_.LookElsewhere();
    co_await loop_.Sleep(kSupersededPause);
    co_return Fail(ErrorCode::kUnavailable,
                   "this store was replaced by another, which holds the ledger, and does not know it");
  }
  if (window_ && IsBeingClaimed(state)) {
    co_await loop_.Sleep(kClaimantPause);
    co_return {};
  }
  co_return co_await Claim(std::move(state), deadline);
}

// Whether the store is a primary of old that was cut off and lives on in an epoch of the past. Claiming it
// would take the counter away from its successor. A store that was restarted or promoted since has another
// identity.
bool LedgeredSource::IsSuperseded(const StoreState& state) const {
  const LedgerRecord& record = window_->record;
  return record.owner != state.identity && state.IsUnchangedSinceMark() &&
         state.marked_epoch().value_or(record.epoch) < record.epoch;
}

// Whether another replica has put this very store into the ledger and may be about to mark it.
bool LedgeredSource::IsBeingClaimed(const StoreState& state) {
  const LedgerRecord& record = window_->record;
  if (record.owner != state.identity || last_ > 0) return false;
  const TimePoint now = loop_.clock().Now();
  if (!pending_ || pending_->epoch != record.epoch) {
    pending_ = record;
    pending_since_ = now;
  }
  return now - pending_since_ < options_.lease + options_.lease_margin + kClaimantGrace;
}

// Where the new epoch begins: above everything that the ledger has ever allowed.
Result<int64_t> LedgeredSource::StartAfter(const StoreState& state) const {
  int64_t start = 0;
  if (state.number) {
    const auto number = ParseInt<int64_t>(*state.number);
    if (!number || *number < 0) {
      return Fail(ErrorCode::kInvalid, "the counter's key does not hold a number of 0 or more");
    }
    start = *number;
  } else if (!window_ && !options_.create) {
    return Fail(ErrorCode::kNotFound, "the counter's key does not exist, and it is not to be created");
  }
  return window_ ? std::max(start, window_->record.ceiling) : start;
}

net::Task<Result<>> LedgeredSource::Claim(StoreState state, TimePoint deadline) {
  const Result<int64_t> start = StartAfter(state);
  if (!start) co_return std::unexpected(start.error());
  std::optional<LedgerRecord> expected;
  if (window_) expected = window_->record;
  const LedgerRecord next{expected ? expected->epoch + 1 : 1, AddClamped(*start, options_.window),
                          state.identity};
  if (next.ceiling == *start) co_return Fail(ErrorCode::kInvalid, "the counter has reached 2^63 - 1");

  const auto replaced = co_await ledger_.Replace(expected, next);
  if (!replaced)
    co_return Fail(ErrorCode::kUnavailable, replaced.error().In("cannot write the ledger").message);
  if (!*replaced) co_return {};
  // Whoever still relies on the old epoch, with another store that thinks it is the primary, must have
  // stopped before the first larger number is given out. With the same store there is nothing left to rely
  // on.
  if (expected && expected->owner != next.owner) co_await loop_.Sleep(options_.lease + options_.lease_margin);

  const bool lost = expected.has_value() && state.mark != Format("{} {}", expected->epoch, expected->owner);
  const auto claimed = co_await store_.Claim(std::move(state), *start, next.epoch, deadline);
  if (!claimed) co_return std::unexpected(claimed.error());
  if (!*claimed) co_return {};
  if (expected) events_.OnFailOver();
  if (lost) events_.OnRegression();
  logger_.Info("a new epoch begins",
               {{"epoch", next.epoch}, {"above", *start}, {"ceiling", next.ceiling}, {"owner", next.owner}});
  // The next Take reads the ledger before it relies on the claim: another one may have followed meanwhile.
  window_.reset();
  co_return {};
}

}  // namespace cairn::counter
