#pragma once

// From a host name to a connection that is ready for a protocol.

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/tls.h"

namespace cairn::net {

struct DialOptions {
  std::shared_ptr<const TlsContext> tls = {};  // null: no TLS
  std::string tls_server_name = {};            // empty: the host
};

// Looks `host` up and tries its addresses in order, one after the other. Each attempt gets an equal share of
// the time that is left, so that one address which does not answer leaves time for the others; TLS is part of
// the attempt. Fails like the look-up, or like the last attempt; the message names the host.
Task<Result<std::unique_ptr<Stream>>> Dial(Loop& loop, Resolver& resolver, std::string host, uint16_t port,
                                           TimePoint deadline, DialOptions options = {});

}  // namespace cairn::net
