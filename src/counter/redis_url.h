#pragma once

// Where Redis is, as people write it.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "counter/redis_options.h"

namespace cairn::counter {

// The parts of RedisOptions that a URL holds.
struct RedisUrl {
  std::vector<RedisEndpoint> servers = {};
  std::vector<RedisEndpoint> sentinels = {};
  std::string sentinel_master = {};
  std::string username = {};
  int database = 0;
  bool tls = false;

  bool operator==(const RedisUrl&) const = default;
};

// Reads
//   redis://[USER@]HOST[:PORT][,HOST[:PORT]...][/DATABASE]                   port 6379
//   redis-sentinel://[USER@]HOST[:PORT][,HOST[:PORT]...]/MASTER[/DATABASE]   port 26379, USER is for the
//   servers
// and the same with rediss and rediss-sentinel, which mean TLS. HOST is a name, an IPv4 address or an IPv6
// address in brackets; USER and MASTER may have %XX escapes. Fails (kInvalid) on anything else, and on a
// password: a command line is no place for secrets. Messages never repeat a part that may hold one.
Result<RedisUrl> ParseRedisUrl(std::string_view url);

// Reads HOST[:PORT], as REDIS_SVC_ADDR has it; the port is 6379 if it is not given.
Result<RedisEndpoint> ParseRedisAddress(std::string_view text);

}  // namespace cairn::counter
