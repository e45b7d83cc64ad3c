#pragma once

// Where Redis is and how to log in to it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "net/tls.h"

namespace cairn::counter {

struct RedisEndpoint {
  std::string host;  // a name or a numeric address, IPv6 without brackets
  uint16_t port = 6379;

  bool operator==(const RedisEndpoint&) const = default;
};

// "host:port", or "[host]:port" if the host has colons itself.
std::string ToString(const RedisEndpoint& endpoint);

struct RedisOptions {
  std::vector<RedisEndpoint>
      servers;  // tried in turn: the one server, any nodes of a cluster, or replicas of one set
  std::vector<RedisEndpoint> sentinels;  // if not empty, they are asked for the primary instead
  std::string sentinel_master;           // the name that the Sentinels monitor
  std::string username;                  // empty: the default user
  // Read at every connect, so that a rotated password is picked up, without one trailing line end; empty:
  // none.
  std::string password_file;
  std::string sentinel_username;
  std::string sentinel_password_file;
  int database = 0;
  std::shared_ptr<const net::TlsContext> tls;  // null: plain text
  Duration connect_timeout =
      std::chrono::seconds(2);  // resolve, connect, TLS, AUTH, role check: all together
  Duration command_timeout = std::chrono::seconds(2);  // from sending to the whole reply
  Duration connection_age_max =
      std::chrono::minutes(5);  // then reconnects, so that a changed name is noticed
  Duration retry_pause_min =
      std::chrono::milliseconds(20);  // between attempts to connect, doubling with jitter
  Duration retry_pause_max = std::chrono::seconds(1);
  uint64_t jitter_seed = 0;  // of the pauses' jitter; 0: a new one from the system
};

}  // namespace cairn::counter
