#pragma once

// An HTTP/1.1 and HTTP/2 server on one loop. For several cores, make one per loop with reuse_port listeners.

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/clock.h"
#include "http/exchange.h"
#include "http/message.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/stream.h"
#include "net/task_group.h"
#include "net/tls.h"

namespace cairn::http {

struct ServerOptions {
  MessageLimits message;
  size_t connections_max = 10'000;             // further ones wait in the listener's backlog
  std::shared_ptr<const net::TlsContext> tls;  // null: plain text
  bool http2 = true;                           // by ALPN with TLS, by prior knowledge without
  size_t http2_streams_max = 100;              // per connection, at the same time

  // How long to wait for: the TLS handshake; the whole of a request's head from its first byte; the next
  // piece of a body; the peer to take response bytes; the next request on a connection.
  Duration handshake_timeout = std::chrono::seconds(10);
  Duration head_timeout = std::chrono::seconds(10);
  Duration body_timeout = std::chrono::seconds(30);
  Duration write_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(75);
};

class ServerCore;

class Server {
 public:
  // `handler` must outlive the server.
  Server(net::Loop& loop, Handler& handler, ServerOptions options = {});
  ~Server();  // breaks off what is still running
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Accepts connections until Drain.
  void Listen(std::unique_ptr<net::Listener> listener);

  // Serves one connection that came from elsewhere.
  void Serve(std::unique_ptr<net::Stream> stream);

  // From now on every response asks its client to leave (Connection: close, GOAWAY). New connections are
  // still accepted, since clients may not know yet.
  void StartDraining();

  // Stops listening, closes idle connections and waits for requests in flight; at `deadline` breaks them off.
  // True if none had to be.
  net::Task<bool> Drain(TimePoint deadline);

  size_t connections() const;
  size_t requests_in_flight() const;

 private:
  net::Task<void> AcceptLoop(std::unique_ptr<net::Listener> listener);
  net::Task<void> ServeConnection(std::unique_ptr<net::Stream> stream);

  std::unique_ptr<ServerCore> core_;
  net::WaitList connection_ended_;
  net::TaskGroup connections_;
  net::TaskGroup listeners_;
};

}  // namespace cairn::http
