#pragma once

// WebSocket connections (RFC 6455), both ends: messages in, messages out, pings answered, closed with a
// handshake. No extensions.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/buffer.h"
#include "http/client.h"
#include "http/exchange.h"
#include "http/websocket_codec.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::http {

// Fills `bytes` from the operating system's generator.
void SecureRandom(std::span<uint8_t> bytes);

struct WebSocketOptions {
  uint64_t message_bytes_max = 1024 * 1024;  // a longer one closes the connection with 1009
  std::vector<std::string> protocols = {};   // subprotocols: offered, or supported, the best first
  Duration write_timeout = std::chrono::seconds(30);
  Duration close_timeout = std::chrono::seconds(5);    // for the peer's answer to Close
  void (*random)(std::span<uint8_t>) = &SecureRandom;  // for a client's key and masks
};

enum class WebSocketKind : uint8_t { kText, kBinary };

struct WebSocketMessage {
  WebSocketKind kind = WebSocketKind::kText;
  std::string_view data;  // text is valid UTF-8
};

// One task may send while another receives.
class WebSocket {
 public:
  // `exchange` is what `stream` was taken from, if it must be kept for it.
  WebSocket(WebSocketRole role, std::unique_ptr<net::Stream> stream, std::unique_ptr<ClientExchange> exchange,
            std::string protocol, WebSocketOptions options);
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // The next message, valid until the next call. kTimeout: may be called again. Everything else is the end:
  // kDisconnected (the peer closed, see close_code(), or is gone), kInvalid or kOverloaded (the peer broke
  // the protocol or the bound on messages, and was told so).
  net::Task<Result<WebSocketMessage>> Receive(TimePoint deadline = kNever);

  // Sends one message; text must be valid UTF-8. Waits until the peer has taken most of it.
  net::Task<Result<>> Send(WebSocketKind kind, std::string_view data);

  // Says that nothing more will be sent and waits for the peer to say the same, dropping its messages until
  // then. Not while another task is in Receive.
  net::Task<Result<>> Close(uint16_t code, std::string_view reason);

  // The peer's Close, once Receive has met it: its code (kCloseNone if it had none) and reason.
  std::optional<uint16_t> close_code() const { return close_code_; }
  const std::string& close_reason() const { return close_reason_; }

  // The subprotocol agreed on; empty if none.
  const std::string& protocol() const { return protocol_; }

 private:
  using Outcome = std::optional<Result<WebSocketMessage>>;

  Outcome Take(const WebSocketReader::Step& step);
  Outcome TakeData(const WebSocketReader::Step& step);
  void AppendControl(WebSocketOpcode opcode, std::string_view payload);
  void AppendClose(uint16_t code, std::string_view reason);
  WebSocketMask NewMask() const;
  net::Task<bool> Flush();
  std::unexpected<Error> End(ErrorCode code, std::string_view what);

  const WebSocketRole role_;
  const WebSocketOptions options_;
  const std::string protocol_;
  std::unique_ptr<ClientExchange> exchange_;
  std::unique_ptr<net::Stream> stream_;  // after exchange_, which must outlive it
  WebSocketReader reader_;
  Buffer in_;
  Buffer out_;
  std::string message_;         // the frames so far of a message in several pieces
  size_t delivered_bytes_ = 0;  // of in_, viewed by the last message
  bool message_delivered_ = false;
  bool close_sent_ = false;
  bool ended_ = false;
  std::optional<uint16_t> close_code_;
  std::string close_reason_;
};

// Answers a request for a WebSocket. A request that does not ask for one, or not properly, is answered with
// the error, and this fails with kInvalid. The WebSocket must not outlive the handler's task. Whether the
// request's Origin may do this is the caller's to check.
net::Task<Result<std::unique_ptr<WebSocket>>> AcceptWebSocket(Exchange& exchange,
                                                              WebSocketOptions options = {});

// Asks `origin` for a WebSocket; `client`, which must outlive it, must not speak HTTP/2 with that origin.
// The strings in `fields` must live until this returns. kDenied if the server answers anything but 101.
net::Task<Result<std::unique_ptr<WebSocket>>> ConnectWebSocket(Client& client, Origin origin,
                                                               std::string target,
                                                               std::span<const Field> fields,
                                                               TimePoint deadline,
                                                               WebSocketOptions options = {});

}  // namespace cairn::http
