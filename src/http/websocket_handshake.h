#pragma once

// The opening handshake of WebSocket (RFC 6455, section 4), as functions over heads.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace cairn::http {

// Sec-WebSocket-Key of a client, from 16 random bytes.
std::string WebSocketKey(std::span<const uint8_t, 16> random);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string WebSocketAccept(std::string_view key);

// What a server answers to a request that asks for a WebSocket: 101 with Upgrade: websocket, Connection:
// Upgrade and Sec-WebSocket-Accept, or a refusal.
struct WebSocketAnswer {
  int status = 101;         // else 400, 405, 426 (to which Sec-WebSocket-Version: 13 belongs) or 500
  std::string accept;       // if 101
  std::string_view reason;  // static text, if not 101
};

// Whether `head` asks for a WebSocket, well or badly: AnswerWebSocket() is for those.
bool WantsWebSocket(const RequestHead& head);
WebSocketAnswer AnswerWebSocket(const RequestHead& head);

// What a client demands of the answer to its request with `key`. `offered` are the subprotocols it asked for;
// it asked for no extensions. Fails with kDenied if the server answered with another status, kInternal if it
// broke the protocol.
Result<> CheckWebSocketAnswer(const ResponseHead& head, std::string_view key,
                              std::span<const std::string_view> offered);

}  // namespace cairn::http
