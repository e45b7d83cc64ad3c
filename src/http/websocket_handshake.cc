#include "http/websocket_handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "http/h1_fields.h"

namespace cairn::http {

namespace {

std::string Base64(std::span<const uint8_t> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

// Base64 of 16 bytes: 21 characters, one that holds the last two bits, and two of padding.
bool IsKey(std::string_view key) {
  constexpr std::string_view kLast = "AQgw";
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (ToLower(c) >= 'a' && ToLower(c) <= 'z') || c == '+' || c == '/';
  };
  return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), is_digit) &&
         kLast.find(key[21]) != std::string_view::npos;
}

bool IsWebSocketUpgrade(std::string_view upgrade) {
  bool found = false;
  ForEachListElement(
      upgrade, [&found](std::string_view protocol) { found |= EqualsIgnoreCase(protocol, "websocket"); });
  return found;
}

// The value of the only field with this name; empty if there is none or more than one.
std::string_view OnlyValue(std::span<const Field> fields, std::string_view name) {
  const Field* const first = FindField(fields, name);
  if (first == nullptr) return {};
  const auto rest = fields.subspan(static_cast<size_t>(first - fields.data()) + 1);
  return FindField(rest, name) == nullptr ? first->value : std::string_view();
}

}  // namespace

std::string WebSocketKey(std::span<const uint8_t, 16> random) {
  return Base64(random);
}

std::string WebSocketAccept(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, section 1.3
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) return {};
  return Base64(std::span(digest).first(size));
}

bool WantsWebSocket(const RequestHead& head) {
  return IsWebSocketUpgrade(head.upgrade);
}

WebSocketAnswer AnswerWebSocket(const RequestHead& head) {
  if (head.method != "GET") return {.status = 405, .accept = {}, .reason = "WebSocket needs GET"};
  if (!WantsWebSocket(head)) return {.status = 400, .accept = {}, .reason = "no upgrade to WebSocket"};
  if (head.body != BodyKind::kNone) return {.status = 400, .accept = {}, .reason = "handshake with a body"};
  if (OnlyValue(head.fields, "sec-websocket-version") != "13") {
    return {.status = 426, .accept = {}, .reason = "WebSocket version other than 13"};
  }
  const std::string_view key = OnlyValue(head.fields, "sec-websocket-key");
  if (!IsKey(key)) return {.status = 400, .accept = {}, .reason = "bad Sec-WebSocket-Key"};
  std::string accept = WebSocketAccept(key);
  if (accept.empty()) return {.status = 500, .accept = {}, .reason = "SHA-1 is not available"};
  return {.status = 101, .accept = std::move(accept), .reason = {}};
}

Result<> CheckWebSocketAnswer(const ResponseHead& head, std::string_view key,
                              std::span<const std::string_view> offered) {
  if (head.status != 101) {
    return Fail(ErrorCode::kDenied, Format("server answered {} to the WebSocket handshake", head.status));
  }
  if (!EqualsIgnoreCase(head.upgrade, "websocket")) {
    return Fail(ErrorCode::kInternal, "server switched to another protocol than WebSocket");
  }
  const std::string accept = WebSocketAccept(key);
  if (accept.empty() || OnlyValue(head.fields, "sec-websocket-accept") != accept) {
    return Fail(ErrorCode::kInternal, "server's Sec-WebSocket-Accept is wrong");
  }
  if (head.Find("sec-websocket-extensions") != nullptr) {
    return Fail(ErrorCode::kInternal, "server chose a WebSocket extension that was not offered");
  }
  if (head.Find("sec-websocket-protocol") != nullptr &&
      std::ranges::find(offered, OnlyValue(head.fields, "sec-websocket-protocol")) == offered.end()) {
    return Fail(ErrorCode::kInternal, "server chose a WebSocket subprotocol that was not offered");
  }
  return {};
}

}  // namespace cairn::http
