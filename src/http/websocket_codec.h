#pragma once

// WebSocket frames (RFC 6455, section 5): pure, incremental, without I/O and randomness. No extensions.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cairn::http {

enum class WebSocketOpcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

enum class WebSocketRole : uint8_t { kServer, kClient };

using WebSocketMask = std::array<uint8_t, 4>;

// Status codes of a Close frame (RFC 6455, section 7.4) that this code uses.
inline constexpr uint16_t kCloseNormal = 1000;
inline constexpr uint16_t kCloseProtocolError = 1002;
inline constexpr uint16_t kCloseNone = 1005;  // never sent: the peer's Close had no code
inline constexpr uint16_t kCloseBadData = 1007;
inline constexpr uint16_t kCloseTooBig = 1009;

// Whether a peer may send `code` in a Close frame.
bool IsCloseCode(uint16_t code);

// XORs `data` with the mask, whose first byte stands for offset 0 of the payload; data[0] is at `offset`.
void ApplyMask(std::span<char> data, const WebSocketMask& mask, uint64_t offset);

// Checks UTF-8 that arrives in pieces, as text messages do: no surrogates, no overlong forms, at most
// U+10FFFF.
class Utf8Checker {
 public:
  // False as soon as no continuation could make it valid.
  bool Feed(std::string_view piece);
  bool AtBoundary() const { return missing_ == 0; }  // not inside of a character
  void Reset() { missing_ = 0; }

 private:
  bool Begin(uint8_t lead);

  uint8_t missing_ = 0;  // continuation bytes still due
  uint8_t low_ = 0x80;   // bounds of the next one
  uint8_t high_ = 0xbf;
};

// Reads the frames of one direction. Feed() looks at bytes not yet consumed, unmasks in place, and returns at
// most one event; the caller drops `consumed` bytes and calls again until kNeedMore. Data events view into
// `bytes`. After kClose all bytes are consumed and ignored; after kError nothing is read.
class WebSocketReader {
 public:
  enum class Event : uint8_t {
    kNeedMore,
    kData,  // a piece of a message; `message_end` with the last one, which may be empty
    kPing,  // answer with a Pong of the same data
    kPong,
    kClose,  // `close_code` (kCloseNone if absent); `data` is the reason
    kError,  // send a Close with `close_code` and drop the connection
  };

  struct Step {
    Event event = Event::kNeedMore;
    size_t consumed = 0;
    std::string_view data{};
    WebSocketOpcode opcode = WebSocketOpcode::kText;  // of the message: kText or kBinary
    bool message_end = false;
    uint16_t close_code = 0;
  };

  // `role` is ours: a server takes only masked frames, a client only unmasked ones.
  WebSocketReader(WebSocketRole role, uint64_t message_bytes_max)
      : message_bytes_max_(message_bytes_max), role_(role) {}

  Step Feed(std::span<char> bytes);
  std::string_view error() const { return error_; }  // static text, after kError

 private:
  enum class Stage : uint8_t { kHeader, kPayload, kClosed, kFailed };

  size_t ReadHeader(std::span<const char> bytes);
  bool CheckStart(uint8_t first, uint8_t second);
  bool CheckLength(uint8_t short_length);
  Step ReadData(std::span<char> bytes);
  Step ReadControl(std::span<char> bytes);
  Step ReadClose(std::string_view payload, size_t consumed);
  bool Refuse(uint16_t close_code, std::string_view reason);
  Step Failed() const;

  uint64_t message_bytes_max_;
  uint64_t message_bytes_ = 0;  // of this message's frames so far, the current one included
  uint64_t payload_bytes_ = 0;  // of the current frame
  uint64_t payload_read_ = 0;
  WebSocketMask mask_{};
  Utf8Checker utf8_;
  std::string_view error_;
  uint16_t close_code_ = 0;
  WebSocketRole role_;
  WebSocketOpcode frame_ = WebSocketOpcode::kContinuation;
  WebSocketOpcode message_ = WebSocketOpcode::kContinuation;  // kContinuation between messages
  Stage stage_ = Stage::kHeader;
  bool final_ = false;
};

// The bytes before a payload; at most 14.
struct WebSocketFrameHeader {
  std::array<char, 14> bytes{};
  size_t size = 0;

  std::string_view view() const { return {bytes.data(), size}; }
};

// The header of a frame that one's own side sends. Clients give a fresh random mask and mask the payload
// with ApplyMask(); servers give none.
WebSocketFrameHeader MakeFrameHeader(WebSocketOpcode opcode, bool final, uint64_t payload_bytes,
                                     const WebSocketMask* mask = nullptr);

// A whole frame: header and masked payload. Control frames have at most 125 bytes (asserted).
std::string MakeFrame(WebSocketOpcode opcode, std::string_view payload, const WebSocketMask* mask = nullptr);

// A Close frame; the reason is cut to fit, at a character's boundary. No payload for kCloseNone.
std::string MakeCloseFrame(uint16_t code, std::string_view reason, const WebSocketMask* mask = nullptr);

}  // namespace cairn::http
