#pragma once

// Finds the Redis server that takes writes.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "counter/redis_connection.h"
#include "counter/redis_options.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"

namespace cairn::counter {

class RedisLocator {
 public:
  // All three must outlive the locator.
  RedisLocator(net::Loop& loop, net::Resolver& resolver, const RedisOptions& options)
      : loop_(loop), resolver_(resolver), options_(options) {}

  // One round over the servers, or over the Sentinels and what they answer, beginning with the one that was
  // right last time: a connection to the first that says it is a primary, or is a node of a cluster (which
  // sends elsewhere what it does not own). Sentinels may name the old primary for a while, and a server in
  // the list may be a replica: neither is taken. Fails as RedisConnection::Open, saying what was wrong with
  // each.
  net::Task<Result<std::unique_ptr<RedisConnection>>> Connect(TimePoint deadline);

  // The next Connect tries `endpoint` before the round, once.
  void Redirect(RedisEndpoint endpoint) { redirect_ = std::move(endpoint); }

  // The server found last turned out not to be right: the next round begins after it.
  void Skip() { ++first_; }

  // A connection to exactly this server.
  net::Task<Result<std::unique_ptr<RedisConnection>>> ConnectTo(RedisEndpoint endpoint, TimePoint deadline);

 private:
  net::Task<Result<std::unique_ptr<RedisConnection>>> TryNext(TimePoint deadline);
  net::Task<Result<RedisEndpoint>> AskSentinel(RedisEndpoint sentinel, TimePoint deadline);
  net::Task<Result<std::unique_ptr<RedisConnection>>> ConnectToPrimary(RedisEndpoint endpoint,
                                                                       TimePoint deadline);
  net::Task<Result<>> CheckRole(RedisConnection& connection, TimePoint deadline);
  const std::vector<RedisEndpoint>& places() const {
    return options_.sentinels.empty() ? options_.servers : options_.sentinels;
  }

  net::Loop& loop_;
  net::Resolver& resolver_;
  const RedisOptions& options_;
  std::optional<RedisEndpoint> redirect_;
  size_t first_ = 0;  // modulo places().size(): where the next round begins
};

}  // namespace cairn::counter
