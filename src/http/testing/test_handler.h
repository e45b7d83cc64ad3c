#pragma once

// A handler with one behaviour per path, for tests of both ends.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "http/exchange.h"
#include "net/loop.h"
#include "net/stream.h"

namespace cairn::http {

class TestHandler final : public Handler {
 public:
  explicit TestHandler(net::Loop& loop) : released_(loop) {}

  net::Task<void> Handle(Exchange& exchange) override {
    ++requests;
    const std::string_view path = exchange.request().path;
    if (path == "/echo") return Echo(exchange);
    if (path == "/duplex") return Duplex(exchange);
    if (path == "/half") return Half(exchange);
    if (path == "/wait") return Wait(exchange);
    if (path == "/stream") return Stream(exchange);
    if (path == "/trailers") return Trailers(exchange);
    if (path == "/upgrade") return Upgrade(exchange);
    if (path == "/nothing") return Nothing();
    return Hello(exchange);
  }

  // Lets everybody in /wait go on.
  void Release() { released_.WakeAll(); }

  size_t requests = 0;
  std::optional<ErrorCode> body_error;  // what reading a body failed with last
  size_t streamed_bytes = 0;            // of /stream, taken by the connection

 private:
  // Any other path: an answer at once; the body stays unread.
  static net::Task<void> Hello(Exchange& exchange) {
    exchange.Respond({}, Format("hello {}", exchange.request().path));
    co_return;
  }

  static net::Task<void> Nothing() { co_return; }

  // The body back, at the end.
  net::Task<void> Echo(Exchange& exchange) {
    std::string body;
    for (;;) {
      const Result<std::string_view> piece = co_await exchange.ReadBody();
      if (!piece) body_error = piece.error().code;
      if (!piece) co_return;
      if (piece->empty()) break;
      body += *piece;
    }
    exchange.Respond({}, body);
  }

  // Each piece of the body back when it comes.
  net::Task<void> Duplex(Exchange& exchange) {
    if (const auto done = co_await exchange.StartResponse({}, std::nullopt); !done) co_return;
    for (;;) {
      const Result<std::string_view> piece = co_await exchange.ReadBody();
      if (!piece) co_return;
      if (piece->empty()) break;
      if (const auto done = co_await exchange.WriteBody(*piece); !done) co_return;
    }
    (void)co_await exchange.FinishResponse();
  }

  static net::Task<void> Half(Exchange& exchange) {
    if (const auto done = co_await exchange.StartResponse({}, std::nullopt); !done) co_return;
    (void)co_await exchange.WriteBody("half");
  }

  net::Task<void> Wait(Exchange& exchange) {
    co_await released_.Wait();
    exchange.Respond({}, "released");
  }

  // As many bytes as the query says, in pieces of 1,000, with a trailer.
  net::Task<void> Stream(Exchange& exchange) {
    const auto bytes = ParseInt<size_t>(exchange.request().query).value_or(0);
    if (const auto done = co_await exchange.StartResponse({}, std::nullopt); !done) co_return;
    for (streamed_bytes = 0; streamed_bytes < bytes;) {
      const std::string piece(std::min<size_t>(1000, bytes - streamed_bytes), 's');
      if (const auto done = co_await exchange.WriteBody(piece); !done) co_return;
      streamed_bytes += piece.size();
    }
    const Field trailer{"X-Sum", "42"};
    (void)co_await exchange.FinishResponse({&trailer, 1});
  }

  static net::Task<void> Trailers(Exchange& exchange) {
    for (;;) {
      const Result<std::string_view> piece = co_await exchange.ReadBody();
      if (!piece) co_return;
      if (piece->empty()) break;
    }
    std::string text;
    for (const Field& field : exchange.trailers()) text += Format("{}={};", field.name, field.value);
    exchange.Respond({}, text);
  }

  // Switches to a protocol in which the server says everything twice.
  static net::Task<void> Upgrade(Exchange& exchange) {
    while (true) {
      const Result<std::string_view> piece = co_await exchange.ReadBody();
      if (!piece || piece->empty()) break;
    }
    const Field upgrade{"Upgrade", "twice"};
    ResponseHead head;
    head.fields = {&upgrade, 1};
    auto stream = co_await exchange.Upgrade(head);
    if (!stream) {
      exchange.Respond({}, "no upgrade");
      co_return;
    }
    std::array<char, 5> bytes;
    for (;;) {
      const Result<size_t> size = co_await net::ReadSome(**stream, bytes, kNever);
      if (!size || *size == 0) co_return;
      std::string twice(bytes.data(), *size);
      twice += twice;
      if (const auto done = co_await net::WriteAll(**stream, twice, kNever); !done) co_return;
    }
  }

  net::WaitList released_;
};

}  // namespace cairn::http
