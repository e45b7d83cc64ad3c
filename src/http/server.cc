#include "http/server.h"

#include <utility>

#include "http/buffer.h"
#include "http/h1_server.h"
#include "http/h2_server.h"
#include "http/server_core.h"

namespace cairn::http {

namespace {

// Out of descriptors or memory: accepting again at once would only spin.
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);

}  // namespace

Server::Server(net::Loop& loop, Handler& handler, ServerOptions options)
    : core_(std::make_unique<ServerCore>(loop, handler, std::move(options))),
      connection_ended_(loop),
      connections_(loop),
      listeners_(loop) {}

Server::~Server() = default;

void Server::Listen(std::unique_ptr<net::Listener> listener) {
  listeners_.Spawn(AcceptLoop(std::move(listener)));
}

void Server::Serve(std::unique_ptr<net::Stream> stream) {
  connections_.Spawn(ServeConnection(std::move(stream)));
}

net::Task<void> Server::AcceptLoop(std::unique_ptr<net::Listener> listener) {
  for (;;) {
    while (connections_.size() >= core_->options().connections_max) co_await connection_ended_.Wait();
    auto accepted = co_await listener->Accept();
    if (accepted) {
      Serve(std::move(*accepted));
    } else {
      co_await core_->loop().Sleep(kAcceptPause);
    }
  }
}

net::Task<void> Server::ServeConnection(std::unique_ptr<net::Stream> stream) {
  const ServerOptions& options = core_->options();
  if (options.tls) {
    const TimePoint deadline = core_->loop().Now() + options.handshake_timeout;
    auto encrypted = co_await net::AcceptTls(options.tls, std::move(stream), deadline);
    if (encrypted) stream = std::move(*encrypted);
  }
  if (stream) {
    Buffer received;
    bool http2 = stream->protocol() == "h2";
    if (!http2) http2 = co_await ServeH1(*core_, *stream, received);
    if (http2) co_await ServeH2(*core_, *stream, received);
  }
  connection_ended_.WakeAll();
}

void Server::StartDraining() {
  core_->StartDraining();
}

net::Task<bool> Server::Drain(TimePoint deadline) {
  listeners_.CancelAll();
  core_->StartClosing();
  if (const bool empty = co_await connections_.Empty(deadline); empty) co_return true;
  const bool in_time = core_->requests_in_flight == 0;
  connections_.CancelAll();
  co_return in_time;
}

size_t Server::connections() const {
  return connections_.size();
}
size_t Server::requests_in_flight() const {
  return core_->requests_in_flight;
}

}  // namespace cairn::http
