#pragma once

// Redis as the number sources see it, in memory: servers that forget, lag and come back with a new identity.
// Every call travels: a delay before it is executed and one before its reply arrives, both random by seed.

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "counter/counter_store.h"
#include "counter/ledger.h"
#include "net/loop.h"

namespace cairn::counter {

struct FakeServer {
  StoreState state;
  bool alive = true;
};

// Servers, and which one is the primary.
struct FakeServers {
  explicit FakeServers(uint64_t seed) : random(seed) { Start({}); }

  // A new server with `state`'s keys and a new identity becomes the primary.
  FakeServer& Start(StoreState state) {
    state.identity = "id" + std::to_string(servers.size());
    servers.push_back(std::make_unique<FakeServer>(FakeServer{std::move(state), true}));
    return *servers.back();
  }
  FakeServer& primary() { return *servers.back(); }
  Duration Delay(int max_ms) {
    return std::chrono::milliseconds(std::uniform_int_distribution<int>(0, max_ms)(random));
  }
  bool Chance(double probability) { return std::bernoulli_distribution(probability)(random); }

  std::mt19937_64 random;
  std::vector<std::unique_ptr<FakeServer>> servers;
};

// One replica's connection: it stays with a server, also with one that is not the primary any more, until
// that dies or LookElsewhere().
class FakeStore final : public CounterStore {
 public:
  FakeStore(net::Loop& loop, FakeServers& redis) : loop_(loop), redis_(redis) {}

  double reply_loss = 0;

  net::Task<Result<TakeReply>> Take(TakeRequest request, TimePoint deadline) override;
  net::Task<Result<bool>> Claim(StoreState seen, int64_t start, int64_t epoch, TimePoint deadline) override;
  void LookElsewhere() override { server_ = nullptr; }

 private:
  net::Task<Result<FakeServer*>> Arrive();
  net::Task<Result<>> Return(FakeServer& server);

  net::Loop& loop_;
  FakeServers& redis_;
  FakeServer* server_ = nullptr;
};

class FakeLedger final : public Ledger {
 public:
  FakeLedger(net::Loop& loop, FakeServers& redis) : loop_(loop), redis_(redis) {}

  std::optional<LedgerRecord> record;
  bool down = false;

  net::Task<Result<std::optional<LedgerRecord>>> Read() override;
  net::Task<Result<bool>> Replace(std::optional<LedgerRecord> expected, LedgerRecord next) override;

 private:
  net::Loop& loop_;
  FakeServers& redis_;
};

}  // namespace cairn::counter
