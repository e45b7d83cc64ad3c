#include "http/websocket_handshake.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "http/h1_parser.h"

namespace cairn::http {
namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // of RFC 6455, section 1.3
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr std::string_view kGood =
    "Host: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// The answer to a handshake with `what` in its fields replaced by `by`.
WebSocketAnswer Answer(std::string_view method, std::string_view what = "", std::string_view by = "") {
  std::string bytes = std::string(method) + " /chat HTTP/1.1\r\n" + std::string(kGood) + "\r\n";
  if (!what.empty()) bytes.replace(bytes.find(what), what.size(), by);
  H1RequestParser parser{MessageLimits{}};
  EXPECT_EQ(parser.Parse(bytes), H1Progress::kDone) << bytes;
  return AnswerWebSocket(parser.head());
}

TEST(WebSocketHandshake, AcceptsTheExampleOfTheRfc) {
  EXPECT_EQ(WebSocketAccept(kKey), kAccept);
  const WebSocketAnswer answer = Answer("GET");
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.accept, kAccept);
}

TEST(WebSocketHandshake, EqualsAnotherImplementation) {  // python3-websockets 10.4
  EXPECT_EQ(WebSocketAccept("AAAAAAAAAAAAAAAAAAAAAA=="), "ICX+Yqv66kxgM0FcWaLWlFLwTAI=");
  EXPECT_EQ(WebSocketKey(std::array<uint8_t, 16>{}), "AAAAAAAAAAAAAAAAAAAAAA==");
  constexpr std::string_view kNonce = "the sample nonce";
  std::array<uint8_t, 16> random{};
  kNonce.copy(reinterpret_cast<char*>(random.data()), random.size());
  EXPECT_EQ(WebSocketKey(random), kKey);
}

TEST(WebSocketHandshake, RefusesBadRequests) {
  EXPECT_EQ(Answer("POST").status, 405);
  EXPECT_EQ(Answer("GET", "Upgrade: websocket", "Upgrade: other").status, 400);
  EXPECT_EQ(Answer("GET", "keep-alive, Upgrade", "keep-alive").status, 400);
  EXPECT_EQ(Answer("GET", "Version: 13", "Version: 8").status, 426);
  EXPECT_EQ(Answer("GET", "Sec-WebSocket-Version: 13\r\n", "").status, 426);
  EXPECT_EQ(Answer("GET", "Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13").status, 426);
  EXPECT_EQ(Answer("GET", kKey, "dGhlIHNhbXBsZSBub25jZQ").status, 400);
  EXPECT_EQ(Answer("GET", kKey, "dGhlIHNhbXBsZSBub25jZR==").status, 400);  // bits beyond the 16 bytes
  EXPECT_EQ(Answer("GET", kKey, "dGhlIHNhbXBsZSBub25j*Q==").status, 400);
  EXPECT_EQ(Answer("GET", "Host: a", "Host: a\r\nContent-Length: 1").status, 400);
}

Result<> Check(std::string_view fields, std::string_view status = "101 Switching Protocols") {
  const std::string bytes = "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) + "\r\n";
  H1ResponseParser parser{MessageLimits{}};
  parser.Reset("GET");
  EXPECT_EQ(parser.Parse(bytes), H1Progress::kDone) << bytes;
  const std::array<std::string_view, 2> offered = {"chat", "superchat"};
  return CheckWebSocketAnswer(parser.head(), kKey, offered);
}

TEST(WebSocketHandshake, ClientsCheckTheAnswer) {
  const std::string upgrade = "Upgrade: WebSocket\r\nConnection: upgrade\r\n";
  const std::string accept = "Sec-WebSocket-Accept: " + std::string(kAccept) + "\r\n";
  EXPECT_TRUE(Check(upgrade + accept));
  EXPECT_TRUE(Check(upgrade + accept + "Sec-WebSocket-Protocol: chat\r\n"));
  EXPECT_EQ(Check("Content-Length: 0\r\n", "403 Forbidden").error().code, ErrorCode::kDenied);
  EXPECT_FALSE(Check(accept));
  EXPECT_FALSE(Check(upgrade));
  EXPECT_FALSE(Check(upgrade + "Sec-WebSocket-Accept: AAAA\r\n"));
  EXPECT_FALSE(Check(upgrade + accept + "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  EXPECT_FALSE(Check(upgrade + accept + "Sec-WebSocket-Protocol: other\r\n"));
}

}  // namespace
}  // namespace cairn::http
