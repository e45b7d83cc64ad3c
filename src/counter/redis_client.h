#pragma once

// One logical connection to the Redis server that owns a key: found again whenever it moves.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "counter/redis_protocol.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"
#include "net/tls.h"

namespace cairn::counter {

struct RedisEndpoint {
  std::string host;
  uint16_t port = 6379;

  bool operator==(const RedisEndpoint&) const = default;
};

struct RedisOptions {
  std::vector<RedisEndpoint> servers;    // tried in turn: the one server, any nodes of a cluster, or replicas of one set
  std::vector<RedisEndpoint> sentinels;  // if not empty, they are asked for the primary instead
  std::string sentinel_master;           // the name that the Sentinels monitor
  std::string username;                  // empty: the default user
  std::string password_file;             // read at every connect, so that a rotated password is picked up; empty: none
  std::string sentinel_username;
  std::string sentinel_password_file;
  int database = 0;
  std::shared_ptr<const net::TlsContext> tls;           // null: plain text
  Duration connect_timeout = std::chrono::seconds(2);   // resolve, connect, TLS, AUTH, role check: all together
  Duration command_timeout = std::chrono::seconds(2);   // from sending to the whole reply
  Duration connection_age_max = std::chrono::minutes(5);  // then reconnects, so that a changed name is noticed
  Duration retry_pause_min = std::chrono::milliseconds(20);   // between attempts to connect, doubling with jitter
  Duration retry_pause_max = std::chrono::seconds(1);
};

// What a command came to.
//   A reply, error replies of the script or command itself included: it was executed or refused by the right server.
//   kUnavailable, kDenied, kInvalid: certainly not executed (no connection; LOADING, READONLY, MASTERDOWN, CLUSTERDOWN,
//     NOAUTH, MOVED without end …).
//   kTimeout, kDisconnected: it may or may not have been executed. The connection is given up.
class RedisClient {
 public:
  // `resolver` and `logger` must outlive the client.
  RedisClient(net::Loop& loop, net::Resolver& resolver, Logger& logger, RedisOptions options);
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  // Runs a Lua script (EVALSHA, EVAL where it is not known yet), on the primary that owns keys[0], connecting first if
  // need be. One call at a time. Retries until `deadline` what was certainly not executed.
  net::Task<Result<RedisReply>> Eval(const RedisScript& script, std::vector<std::string> keys,
                                     std::vector<std::string> arguments, TimePoint deadline);

  // The same for a plain command whose second word is the key.
  net::Task<Result<RedisReply>> Command(std::vector<std::string> words, TimePoint deadline);

  // Gives the connection up: the next call looks for the primary again.
  void Disconnect();

  bool connected() const;
  std::string endpoint() const;      // "host:port" of the current or last connection, for logs
  uint64_t connects() const;         // connections made so far

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace cairn::counter
