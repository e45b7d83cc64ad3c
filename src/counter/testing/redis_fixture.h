#pragma once

// Real Redis servers and Sentinels for tests: each on a free loopback port, in a private directory, killed
// with the test.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/subprocess.h"
#include "base/testing/temporary_directory.h"
#include "counter/redis_options.h"
#include "counter/redis_protocol.h"

namespace cairn::counter {

// Empty if redis-server can be run, else why not.
//   if (const std::string why = WhyNoRedis(); !why.empty()) GTEST_SKIP() << why;
std::string WhyNoRedis();

// A loopback port that nobody listened on a moment ago.
uint16_t FreePort();

// Whether `condition` comes true within 30 s.
bool Eventually(const std::function<bool()>& condition);

class RedisServer {
 public:
  struct Options {
    std::vector<std::string> arguments = {};  // "--requirepass", "secret"
    std::string password = {};                // for Command, of the default user
    std::string sentinel_config = {};         // if not empty, this is a Sentinel with these lines
  };

  // Answers when this returns; aborts if it cannot be started.
  explicit RedisServer(Options options);
  RedisServer() : RedisServer(Options{}) {}

  uint16_t port() const { return port_; }
  RedisEndpoint endpoint() const { return {"127.0.0.1", port_}; }

  // One command over a new connection of hiredis. An error "GONE ..." if the server does not answer within 10
  // s.
  RedisReply Command(const std::vector<std::string>& words) const;

  void Kill();      // SIGKILL, reaped
  void Start();     // again, on the same port and in the same directory
  void Stop();      // SIGSTOP
  void Continue();  // SIGCONT

 private:
  bool TryStart();

  Options options_;
  TemporaryDirectory directory_;
  uint16_t port_ = 0;
  std::optional<Subprocess> process_;
};

// A Sentinel's configuration: it monitors `primary` as "mymaster" and fails over within about a second.
std::string SentinelConfig(uint16_t primary, int quorum);

}  // namespace cairn::counter
