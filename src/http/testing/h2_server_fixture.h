#pragma once

// A server on streams in memory, at a time that stands still, and HTTP/2 connections to it by hand.

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "base/testing/manual_clock.h"
#include "http/server.h"
#include "http/testing/h2_wire.h"
#include "http/testing/test_handler.h"
#include "net/loop.h"
#include "net/testing/pipe.h"

namespace cairn::http::testing {

class H2ServerTest : public ::testing::Test {
 protected:
  H2ServerTest() : loop_(clock_), handler_(loop_) { Restart({}); }

  void Restart(const ServerOptions& options) { server_ = std::make_unique<Server>(loop_, handler_, options); }

  // A connection on which the client's SETTINGS have been exchanged.
  std::unique_ptr<H2Peer> Connect(std::string_view settings = "", net::PipeOptions options = {}) {
    auto peer = ConnectSilently(options);
    peer->Say(kPreface);
    peer->Say(Frame(kSettings, 0, 0, settings));
    peer->Say(Frame(kSettings, kAck, 0, ""));
    EXPECT_EQ(peer->Hear(), "");
    return peer;
  }

  std::unique_ptr<H2Peer> ConnectSilently(net::PipeOptions options = {}) {
    auto [server_end, client_end] = net::MakePipe(loop_, options);
    server_->Serve(std::move(server_end));
    return std::make_unique<H2Peer>(std::move(client_end));
  }

  void Pass(Duration time) {
    clock_.Advance(time);
    loop_.RunUntilIdle();
  }

  ManualClock clock_;
  net::Loop loop_;
  TestHandler handler_;
  std::unique_ptr<Server> server_;
};

}  // namespace cairn::http::testing
