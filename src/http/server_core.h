#pragma once

// What the connections of one server share. Internal to the folder.

#include <cstdint>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/server.h"
#include "net/list.h"
#include "net/loop.h"

namespace cairn::http {

// A connection that the server can ask to look whether it should go.
class DrainableConnection : public net::ListNode {
 public:
  virtual void OnDraining() = 0;

 protected:
  ~DrainableConnection() = default;
};

class ServerCore {
 public:
  ServerCore(net::Loop& loop, Handler& handler, ServerOptions options)
      : loop_(loop), handler_(handler), options_(std::move(options)) {}

  net::Loop& loop() const { return loop_; }
  Handler& handler() const { return handler_; }
  const ServerOptions& options() const { return options_; }

  bool draining() const { return draining_; }  // responses ask the client to leave
  bool closing() const { return closing_; }    // idle connections go
  void StartDraining() { draining_ = true; }
  void StartClosing();

  // "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made anew once a second.
  std::string_view DateLine();
  std::string_view Date() { return DateLine().substr(6, 29); }

  net::List<DrainableConnection>& connections() { return connections_; }

  size_t requests_in_flight = 0;

 private:
  net::Loop& loop_;
  Handler& handler_;
  const ServerOptions options_;
  bool draining_ = false;
  bool closing_ = false;
  net::List<DrainableConnection> connections_;
  std::string date_line_;
  TimePoint date_valid_until_{};
};

}  // namespace cairn::http
