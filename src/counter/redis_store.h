#pragma once

// CounterStore over Redis: two keys of one slot and two scripts. The identity is `master_replid`, which
// changes at every restart and promotion (checked with Redis 7.0).

#include <memory>
#include <string>

#include "counter/counter_store.h"
#include "counter/redis_client.h"

namespace cairn::counter {

class RedisStore final : public CounterStore {
 public:
  // The number is in `key`, the mark in "{key}:mark" (or beside the hash tag that `key` has). `client` must
  // outlive the store.
  RedisStore(RedisClient& client, std::string key);

  net::Task<Result<TakeReply>> Take(TakeRequest request, TimePoint deadline) override;
  net::Task<Result<bool>> Claim(StoreState seen, int64_t start, int64_t epoch, TimePoint deadline) override;
  void LookElsewhere() override { client_.Disconnect(); }

 private:
  RedisClient& client_;
  const std::string number_key_;
  const std::string mark_key_;
};

// The mark's key for `key`, in the same Redis Cluster slot.
std::string MarkKeyFor(const std::string& key);

}  // namespace cairn::counter
