#pragma once

// Host names to addresses: /etc/hosts and DNS by /etc/resolv.conf with its search list (c-ares). Nothing is
// cached and both files are read anew each time, so that a name whose address changes is followed at the
// next connection. Works in a static binary in an empty image, which getaddrinfo does not promise.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::net {

class Resolver {
 public:
  virtual ~Resolver() = default;

  // At least one address, in the order to try them (RFC 6724). A numeric host is itself. kInvalid: not a host
  // name (1 to 253 visible ASCII characters); kNotFound: no such name, or it has no address; kUnavailable:
  // no name server gave an answer; kTimeout: `deadline` passed. The resolver must outlive the task.
  virtual Task<Result<std::vector<Address>>> Resolve(std::string host, uint16_t port, TimePoint deadline) = 0;
};

struct ResolverOptions {
  std::string resolv_conf_file = "/etc/resolv.conf";  // without it: the name server 127.0.0.1
  uint16_t port = 53;                                 // of the name servers
  // After which the next name server is asked, or the same again; doubles with each round of `rounds_max`.
  std::chrono::milliseconds attempt_timeout = std::chrono::seconds(1);
  int rounds_max = 4;
};

// The system's names. Belongs to `loop`, which must outlive it.
Result<std::unique_ptr<Resolver>> OpenSystemResolver(Loop& loop, ResolverOptions options = {});

}  // namespace cairn::net
