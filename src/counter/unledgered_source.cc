#include "counter/unledgered_source.h"

#include <algorithm>
#include <limits>

#include "base/strings.h"

namespace cairn::counter {

namespace {

// In the mark of a counter without a ledger, whose epochs begin at 1.
constexpr int64_t kNoEpoch = 0;

// Each replica that finds a mismatch tries to mend it; more rounds than this mean that something else is
// wrong.
constexpr int kRoundsMax = 8;

}  // namespace

UnledgeredSource::UnledgeredSource(CounterStore& store, const Logger& logger, SourceEvents& events,
                                   Options options)
    : store_(store), logger_(logger), events_(events), options_(options) {}

net::Task<Result<Range>> UnledgeredSource::Take(int64_t count, TimePoint deadline) {
  for (int round = 0; round < kRoundsMax; ++round) {
    const TakeRequest request{count, kNoEpoch, seen_, std::nullopt};
    const Result<TakeReply> reply = co_await store_.Take(request, deadline);
    if (!reply) co_return std::unexpected(reply.error());
    if (reply->kind == TakeReply::Kind::kTaken) {
      seen_ = reply->last;
      refusing_ = false;
      co_return Range{seen_ - count + 1, seen_};
    }
    const StoreState& state = reply->state;
    const Result<int64_t> start = StartAfter(state);
    if (!start) co_return std::unexpected(start.error());
    const Result<bool> claimed = co_await store_.Claim(state, *start, kNoEpoch, deadline);
    if (!claimed) co_return std::unexpected(claimed.error());
    if (!*claimed) continue;  // another replica was first
    if (state.mark) {
      events_.OnFailOver();
      if (ParseInt<int64_t>(*state.number).value_or(0) < seen_) events_.OnRegression();
      logger_.Warn("the store restarted or was replaced and may have lost numbers: skipping ahead",
                   {{"from", *state.number}, {"to", *start}, {"skip", options_.skip}});
    } else {
      logger_.Info("the counter begins here", {{"number", *start}, {"created", !state.number}});
    }
  }
  co_return Fail(ErrorCode::kUnavailable, "the counter's keys keep changing");
}

Result<int64_t> UnledgeredSource::StartAfter(const StoreState& state) {
  if (!state.number) {
    if (state.mark || seen_ > 0) return Refuse("the counter's key is gone");
    if (options_.create) return 0;
    return Fail(ErrorCode::kNotFound, "the counter's key does not exist, and it is not to be created");
  }
  const auto number = ParseInt<int64_t>(*state.number);
  if (!number) return Fail(ErrorCode::kInvalid, "the counter's key does not hold an integer");
  if (state.mark && state.marked_epoch() != kNoEpoch) {
    return Fail(ErrorCode::kConflict, "other replicas count with a ledger: this one needs the same");
  }
  const bool replaced = state.mark && !state.IsMarked(kNoEpoch);
  if (*number < seen_ && !replaced) return Refuse("the counter has gone back");
  if (!replaced) return *number;
  const int64_t known = std::max(*number, seen_);
  if (known > std::numeric_limits<int64_t>::max() - options_.skip) {
    return Fail(ErrorCode::kInvalid, "the counter is too close to 2^63 - 1 to skip ahead");
  }
  return known + options_.skip;
}

std::unexpected<Error> UnledgeredSource::Refuse(std::string_view what) {
  if (!refusing_) {
    refusing_ = true;
    events_.OnRegression();
    logger_.Error(
        "numbers were lost: refusing to go on, since they would repeat",
        {{"why", what}, {"largest_seen", seen_}, {"repair", "set the key above every number given out"}});
  }
  return Fail(ErrorCode::kConflict, Format("{} (the largest number seen here is {})", what, seen_));
}

}  // namespace cairn::counter
