#include "http/websocket_codec.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace cairn::http {

namespace {

constexpr size_t kControlBytesMax = 125;

bool IsControl(WebSocketOpcode opcode) {
  return static_cast<uint8_t>(opcode) >= 8;
}

uint64_t BigEndian(std::span<const char> bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

std::string_view View(std::span<const char> bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

bool IsCloseCode(uint16_t code) {
  if (code >= 3000) return code <= 4999;  // registered and private
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

void ApplyMask(std::span<char> data, const WebSocketMask& mask, uint64_t offset) {
  std::array<uint8_t, 8> keys{};  // the mask, beginning at `offset`, twice
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = mask[(offset + i) % mask.size()];
  uint64_t key = 0;
  std::memcpy(&key, keys.data(), sizeof key);
  size_t i = 0;
  for (; i + sizeof key <= data.size(); i += sizeof key) {
    uint64_t word = 0;
    std::memcpy(&word, data.data() + i, sizeof word);
    word ^= key;
    std::memcpy(data.data() + i, &word, sizeof word);
  }
  for (; i < data.size(); ++i)
    data[i] = static_cast<char>(static_cast<uint8_t>(data[i]) ^ keys[i % keys.size()]);
}

bool Utf8Checker::Feed(std::string_view piece) {
  size_t i = 0;
  while (i < piece.size()) {
    if (missing_ == 0 && piece.size() - i >= 8) {
      uint64_t word = 0;
      std::memcpy(&word, piece.data() + i, sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const auto byte = static_cast<uint8_t>(piece[i++]);
    if (missing_ == 0) {
      if (byte >= 0x80 && !Begin(byte)) return false;
      continue;
    }
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xbf;
    --missing_;
  }
  return true;
}

// The table of well-formed byte sequences (Unicode, table 3-7).
bool Utf8Checker::Begin(uint8_t lead) {
  if (lead < 0xc2 || lead > 0xf4) return false;
  missing_ = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  low_ = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  high_ = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return true;
}

WebSocketReader::Step WebSocketReader::Feed(std::span<char> bytes) {
  size_t begin = 0;
  for (;;) {
    if (stage_ == Stage::kClosed) return {.consumed = bytes.size()};
    if (stage_ == Stage::kFailed) return Failed();
    if (stage_ == Stage::kHeader) {
      const size_t size = ReadHeader(bytes.subspan(begin));
      if (stage_ == Stage::kFailed) return Failed();
      if (size == 0) return {.consumed = begin};
      begin += size;
      stage_ = Stage::kPayload;
    }
    Step step = IsControl(frame_) ? ReadControl(bytes.subspan(begin)) : ReadData(bytes.subspan(begin));
    step.consumed += begin;
    // An empty frame in the middle of a message is no event.
    if (step.event != Event::kNeedMore || stage_ != Stage::kHeader) return step;
    begin = step.consumed;
  }
}

// The size of the header at the start of `bytes`, or 0 if it is unfinished or refused.
size_t WebSocketReader::ReadHeader(std::span<const char> bytes) {
  if (bytes.size() < 2) return 0;
  const auto first = static_cast<uint8_t>(bytes[0]);
  const auto second = static_cast<uint8_t>(bytes[1]);
  if (!CheckStart(first, second)) return 0;
  const uint8_t short_length = second & 0x7f;
  const size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  const size_t mask_bytes = role_ == WebSocketRole::kServer ? mask_.size() : 0;
  const size_t size = 2 + length_bytes + mask_bytes;
  if (bytes.size() < 2 + length_bytes) return 0;
  payload_bytes_ = length_bytes == 0 ? short_length : BigEndian(bytes.subspan(2, length_bytes));
  frame_ = static_cast<WebSocketOpcode>(first & 0x0f);
  if (!CheckLength(short_length) || bytes.size() < size) return 0;
  std::memcpy(mask_.data(), bytes.data() + 2 + length_bytes, mask_bytes);
  final_ = (first & 0x80) != 0;
  payload_read_ = 0;
  if (!IsControl(frame_)) {
    message_bytes_ += payload_bytes_;
    if (frame_ != WebSocketOpcode::kContinuation) message_ = frame_;
  }
  return size;
}

bool WebSocketReader::CheckStart(uint8_t first, uint8_t second) {
  const auto opcode = static_cast<WebSocketOpcode>(first & 0x0f);
  const bool is_message_open = message_ != WebSocketOpcode::kContinuation;
  if ((first & 0x70) != 0) return Refuse(kCloseProtocolError, "reserved bit");
  if (((second & 0x80) != 0) != (role_ == WebSocketRole::kServer)) {
    return Refuse(kCloseProtocolError, "masked by a server or unmasked by a client");
  }
  switch (opcode) {
    case WebSocketOpcode::kContinuation:
      return is_message_open || Refuse(kCloseProtocolError, "continuation of nothing");
    case WebSocketOpcode::kText:
    case WebSocketOpcode::kBinary:
      return !is_message_open || Refuse(kCloseProtocolError, "message inside of a message");
    case WebSocketOpcode::kClose:
    case WebSocketOpcode::kPing:
    case WebSocketOpcode::kPong:
      if ((first & 0x80) == 0) return Refuse(kCloseProtocolError, "fragmented control frame");
      return (second & 0x7f) <= kControlBytesMax || Refuse(kCloseProtocolError, "control frame too long");
  }
  return Refuse(kCloseProtocolError, "reserved opcode");
}

bool WebSocketReader::CheckLength(uint8_t short_length) {
  const uint64_t shorter_max = short_length == 126 ? 125 : short_length == 127 ? 0xffff : 0;
  if (short_length >= 126 && payload_bytes_ <= shorter_max) {
    return Refuse(kCloseProtocolError, "length not in its shortest form");
  }
  if (payload_bytes_ >> 63 != 0) return Refuse(kCloseProtocolError, "length of 64 bits");
  if (!IsControl(frame_) && payload_bytes_ > message_bytes_max_ - message_bytes_) {
    return Refuse(kCloseTooBig, "message too big");
  }
  return true;
}

WebSocketReader::Step WebSocketReader::ReadData(std::span<char> bytes) {
  const auto size = static_cast<size_t>(std::min<uint64_t>(bytes.size(), payload_bytes_ - payload_read_));
  const std::span<char> piece = bytes.first(size);
  if (role_ == WebSocketRole::kServer) ApplyMask(piece, mask_, payload_read_);
  payload_read_ += size;
  const bool frame_end = payload_read_ == payload_bytes_;
  Step step{.consumed = size, .data = View(piece), .opcode = message_, .message_end = frame_end && final_};
  if (message_ == WebSocketOpcode::kText &&
      (!utf8_.Feed(step.data) || (step.message_end && !utf8_.AtBoundary()))) {
    Refuse(kCloseBadData, "text that is not UTF-8");
    return Failed();
  }
  if (frame_end) stage_ = Stage::kHeader;
  if (step.message_end) {
    message_ = WebSocketOpcode::kContinuation;
    message_bytes_ = 0;
  }
  if (size > 0 || step.message_end) step.event = Event::kData;
  return step;
}

// Control frames are short: they are taken whole.
WebSocketReader::Step WebSocketReader::ReadControl(std::span<char> bytes) {
  if (bytes.size() < payload_bytes_) return {};
  const auto size = static_cast<size_t>(payload_bytes_);
  const std::span<char> payload = bytes.first(size);
  if (role_ == WebSocketRole::kServer) ApplyMask(payload, mask_, 0);
  stage_ = Stage::kHeader;
  if (frame_ == WebSocketOpcode::kClose) return ReadClose(View(payload), size);
  return {.event = frame_ == WebSocketOpcode::kPing ? Event::kPing : Event::kPong,
          .consumed = size,
          .data = View(payload)};
}

WebSocketReader::Step WebSocketReader::ReadClose(std::string_view payload, size_t consumed) {
  stage_ = Stage::kClosed;
  Step step{.event = Event::kClose, .consumed = consumed, .close_code = kCloseNone};
  if (payload.empty()) return step;
  step.close_code = static_cast<uint16_t>(BigEndian(payload.substr(0, 2)));
  step.data = payload.substr(std::min<size_t>(2, payload.size()));
  Utf8Checker reason;
  if (payload.size() < 2 || !IsCloseCode(step.close_code)) {
    Refuse(kCloseProtocolError, "bad close code");
  } else if (!reason.Feed(step.data) || !reason.AtBoundary()) {
    Refuse(kCloseBadData, "close reason that is not UTF-8");
  }
  return stage_ == Stage::kFailed ? Failed() : step;
}

bool WebSocketReader::Refuse(uint16_t close_code, std::string_view reason) {
  stage_ = Stage::kFailed;
  close_code_ = close_code;
  error_ = reason;
  return false;
}

WebSocketReader::Step WebSocketReader::Failed() const {
  return {.event = Event::kError, .close_code = close_code_};
}

WebSocketFrameHeader MakeFrameHeader(WebSocketOpcode opcode, bool final, uint64_t payload_bytes,
                                     const WebSocketMask* mask) {
  WebSocketFrameHeader header;
  const auto put = [&header](uint64_t byte) { header.bytes[header.size++] = static_cast<char>(byte); };
  const unsigned mask_bit = mask == nullptr ? 0 : 0x80;
  const int length_bytes = payload_bytes <= 125 ? 0 : payload_bytes <= 0xffff ? 2 : 8;
  put(static_cast<unsigned>(opcode) | (final ? 0x80U : 0U));
  put(mask_bit | (length_bytes == 0 ? payload_bytes : length_bytes == 2 ? 126 : 127));
  for (int i = length_bytes - 1; i >= 0; --i) put(payload_bytes >> (8 * i) & 0xff);
  if (mask != nullptr) std::ranges::for_each(*mask, put);
  return header;
}

std::string MakeFrame(WebSocketOpcode opcode, std::string_view payload, const WebSocketMask* mask) {
  assert(!IsControl(opcode) || payload.size() <= kControlBytesMax);
  const WebSocketFrameHeader header = MakeFrameHeader(opcode, true, payload.size(), mask);
  std::string frame(header.view());
  frame += payload;
  if (mask != nullptr) ApplyMask(std::span(frame).subspan(header.size), *mask, 0);
  return frame;
}

std::string MakeCloseFrame(uint16_t code, std::string_view reason, const WebSocketMask* mask) {
  std::string payload;
  if (code != kCloseNone) {
    size_t size = std::min(reason.size(), kControlBytesMax - 2);
    while (size < reason.size() && size > 0 && (static_cast<uint8_t>(reason[size]) & 0xc0) == 0x80) --size;
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xff);
    payload += reason.substr(0, size);
  }
  return MakeFrame(WebSocketOpcode::kClose, payload, mask);
}

}  // namespace cairn::http
