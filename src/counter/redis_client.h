#pragma once

// One logical connection to the Redis server that owns a key: found again whenever it moves.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "counter/redis_backoff.h"
#include "counter/redis_connection.h"
#include "counter/redis_locator.h"
#include "counter/redis_options.h"
#include "counter/redis_protocol.h"
#include "counter/redis_refusal.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"

namespace cairn::counter {

// What a command came to.
//   A reply, error replies of the script or command itself included: it was executed or refused by the right
//   server. kUnavailable, kDenied, kInvalid: certainly not executed (no connection; LOADING, READONLY,
//   NOAUTH, MOVED without
//     end and so on, see redis_refusal.h).
//   kTimeout, kDisconnected: it may or may not have been executed. The connection is given up.
//
// A server is found by RedisLocator: in a list, by Sentinels, or by the redirections of a cluster. Nothing is
// learnt about a cluster but where the last redirection led, since one key lives in one place.
//
// Writes log lines on connections made and lost, at most one of a kind every kLogEvery. Belongs to the loop's
// thread.
class RedisClient {
 public:
  static constexpr Duration kLogEvery = std::chrono::seconds(5);

  // `resolver` and `logger` must outlive the client.
  RedisClient(net::Loop& loop, net::Resolver& resolver, const Logger& logger, RedisOptions options);
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  // Runs a Lua script (EVALSHA, EVAL where it is not known yet), on the primary that owns keys[0], connecting
  // first if need be. `script` must outlive the task. One call at a time; a cancelled call costs the
  // connection. Retries until `deadline` what was certainly not executed, with pauses that grow from
  // retry_pause_min to retry_pause_max.
  net::Task<Result<RedisReply>> Eval(const RedisScript& script, std::vector<std::string> keys,
                                     std::vector<std::string> arguments, TimePoint deadline);

  // The same for a plain command whose second word is the key.
  net::Task<Result<RedisReply>> Command(std::vector<std::string> words, TimePoint deadline);

  // Gives the connection up: the next call looks for the primary again. Not during a call.
  void Disconnect();

  bool connected() const { return connection_ != nullptr; }
  std::string endpoint() const {
    return endpoint_;
  }  // "host:port" of the current or last connection, for logs
  uint64_t connects() const { return connects_; }  // connections made so far

 private:
  net::Task<Result<RedisReply>> Run(std::vector<std::string> words, const RedisScript* script,
                                    TimePoint deadline);
  // One attempt. A reply that refuses comes back as it is; every failure to connect is certain (kUnavailable
  // ...).
  net::Task<Result<RedisReply>> Attempt(const std::vector<std::string>& words, TimePoint deadline);
  net::Task<Result<RedisReply>> Ask(RedisEndpoint endpoint, const std::vector<std::string>& words,
                                    TimePoint deadline);
  net::Task<Result<>> Connect(TimePoint deadline);
  // Prepares the next attempt.
  void Heed(const RedisReply& reply, RedisRefusal refusal);
  void PauseBeforeNext();
  void Lose(std::string_view reason);
  void LogTrouble(std::string_view message, std::string_view reason);
  void LogConnected();

  net::Loop& loop_;
  const Logger& logger_;
  const RedisOptions options_;
  RedisLocator locator_;
  std::unique_ptr<RedisConnection> connection_;  // null: none
  TimePoint renew_at_;                           // when the connection is old
  std::string endpoint_;
  uint64_t connects_ = 0;
  Backoff backoff_;
  TimePoint next_attempt_;        // not before
  unsigned redirections_ = 0;     // since the last success
  bool connection_told_ = false;  // of this connection, in the log
  LogLimiter connected_lines_;
  LogLimiter trouble_lines_;
};

}  // namespace cairn::counter
