#pragma once

// One connection of the client, of any protocol version, as its pool sees it.

#include <cstddef>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "http/client.h"
#include "net/task.h"

namespace cairn::http {

// Destroying it closes the connection; no exchange of it may be left then.
class ClientConnection {
 public:
  virtual ~ClientConnection() = default;

  // Sends the head of `request`, whose `authority` is set and whose strings live until this returns. After an
  // error the server has not seen a whole request; kDisconnected says that the connection is dead. Likewise
  // the exchange's ReadHead fails with kDisconnected exactly when the connection ended (or HTTP/2 gave the
  // stream back unprocessed) before anything of the response came; after kTimeout it may be called again.
  virtual net::Task<Result<std::unique_ptr<ClientExchange>>> Start(ClientRequest request,
                                                                   TimePoint deadline) = 0;

  // Whether another Start is worth trying now: the connection is alive as far as is known, the server has not
  // asked to leave it, and it has room for one more exchange.
  virtual bool reusable() const = 0;

  // Whether several exchanges may run at the same time.
  virtual bool multiplexed() const = 0;

  // Those that have been started and not destroyed.
  virtual size_t exchanges() const = 0;
};

}  // namespace cairn::http
