#pragma once

// The client's side of one HTTP/2 connection, for who has a stream to a server that surely speaks it: the
// pool, and gRPC over a Unix socket.

#include <memory>

#include "http/client.h"
#include "http/client_connection.h"
#include "net/stream.h"

namespace cairn::http {

// Exchanges run at the same time, as many as the server allows; those beyond wait for their turn, and beyond
// a thousand fail with kOverloaded. `options` must outlive the connection.
std::unique_ptr<ClientConnection> MakeH2ClientConnection(std::unique_ptr<net::Stream> stream,
                                                         const ClientOptions& options);

}  // namespace cairn::http
