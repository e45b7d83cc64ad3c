#include "counter/testing/fake_store.h"

#include <limits>
#include <utility>

#include "base/strings.h"

namespace cairn::counter {

net::Task<Result<FakeServer*>> FakeStore::Arrive() {
  co_await loop_.Sleep(redis_.Delay(3));
  if (!server_) server_ = &redis_.primary();
  if (!server_->alive) {
    server_ = nullptr;
    co_return Fail(ErrorCode::kUnavailable, "no connection");
  }
  co_return server_;
}

net::Task<Result<>> FakeStore::Return(FakeServer& server) {
  co_await loop_.Sleep(redis_.Delay(3));
  if (!server.alive || redis_.Chance(reply_loss)) {
    server_ = nullptr;
    co_return Fail(ErrorCode::kDisconnected, "the reply was lost");
  }
  co_return {};
}

net::Task<Result<TakeReply>> FakeStore::Take(TakeRequest request, TimePoint) {
  const auto server = co_await Arrive();
  if (!server) co_return std::unexpected(server.error());
  StoreState& state = (*server)->state;
  TakeReply reply{TakeReply::Kind::kMismatch, 0, state};
  if (state.number && state.IsMarked(request.epoch) && *ParseInt<int64_t>(*state.number) >= request.floor) {
    const int64_t number = *ParseInt<int64_t>(*state.number);
    if (number > std::numeric_limits<int64_t>::max() - request.count) {
      co_return Fail(ErrorCode::kInvalid, "increment would overflow");
    }
    const int64_t last = number + request.count;
    if (request.ceiling && last > *request.ceiling) {
      reply.kind = TakeReply::Kind::kCeiling;
    } else {
      state.number = Format("{}", last);
      reply = {TakeReply::Kind::kTaken, last, {}};
    }
  }
  if (const auto returned = co_await Return(**server); !returned) co_return std::unexpected(returned.error());
  co_return reply;
}

net::Task<Result<bool>> FakeStore::Claim(StoreState seen, int64_t start, int64_t epoch, TimePoint) {
  const auto server = co_await Arrive();
  if (!server) co_return std::unexpected(server.error());
  StoreState& state = (*server)->state;
  const bool as_seen = state == seen;
  if (as_seen) {
    state.number = Format("{}", start);
    state.mark = Format("{} {}", epoch, state.identity);
  }
  if (const auto returned = co_await Return(**server); !returned) co_return std::unexpected(returned.error());
  co_return as_seen;
}

net::Task<Result<std::optional<LedgerRecord>>> FakeLedger::Read() {
  co_await loop_.Sleep(redis_.Delay(2));
  if (down) co_return Fail(ErrorCode::kUnavailable, "the ledger is away");
  const std::optional<LedgerRecord> found = record;
  co_await loop_.Sleep(redis_.Delay(2));
  co_return found;
}

net::Task<Result<bool>> FakeLedger::Replace(std::optional<LedgerRecord> expected, LedgerRecord next) {
  co_await loop_.Sleep(redis_.Delay(2));
  if (down) co_return Fail(ErrorCode::kUnavailable, "the ledger is away");
  const bool same = record == expected;
  if (same) record = std::move(next);
  co_await loop_.Sleep(redis_.Delay(2));
  co_return same;
}

}  // namespace cairn::counter
