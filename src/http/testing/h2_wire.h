#pragma once

// HTTP/2 by hand, for tests: frames as bytes, written and read without the library that the code under test
// uses (RFC 9113, section 4; RFC 7541 without Huffman for what is written).

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "net/testing/pipe.h"

namespace cairn::http::testing {

inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Frame types and flags.
inline constexpr uint8_t kData = 0, kHeaders = 1, kPriority = 2, kReset = 3, kSettings = 4, kPing = 6,
                         kGoAway = 7, kWindowUpdate = 8, kContinuation = 9;
inline constexpr uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4;

inline std::string Number(uint64_t value, int bytes) {
  std::string text;
  while (bytes-- > 0) text.push_back(static_cast<char>(value >> (8 * bytes)));
  return text;
}

inline std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  return Number(payload.size(), 3) + Number(type, 1) + Number(flags, 1) + Number(stream, 4) +
         std::string(payload);
}

inline std::string Setting(uint16_t id, uint32_t value) {
  return Number(id, 2) + Number(value, 4);
}

// A string of HPACK: its length with a prefix of seven bits, then its bytes.
inline std::string HpackString(std::string_view text) {
  std::string result;
  if (text.size() < 127) {
    result.push_back(static_cast<char>(text.size()));
  } else {
    result.push_back(127);
    size_t rest = text.size() - 127;
    for (; rest >= 128; rest /= 128) result.push_back(static_cast<char>(rest % 128 + 128));
    result.push_back(static_cast<char>(rest));
  }
  return result.append(text);
}

// One literal field, not indexed; with `index`, kept in the dynamic table.
inline std::string HpackField(std::string_view name, std::string_view value, bool index = false) {
  return std::string(1, index ? 0x40 : 0x00) + HpackString(name) + HpackString(value);
}

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline std::string Block(Fields fields) {
  std::string block;
  for (const auto& [name, value] : fields) block += HpackField(name, value);
  return block;
}

// A request without body, or the head of one with.
inline std::string Request(uint32_t stream, std::string_view path, Fields more = {}, bool end_stream = true,
                           std::string_view method = "GET") {
  const std::string block =
      Block({{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "h"}}) + Block(more);
  const int flags = kEndHeaders | (end_stream ? kEndStream : 0);
  return Frame(kHeaders, static_cast<uint8_t>(flags), stream, block);
}

// The other end of a connection: says bytes, and hears frames as lines of text.
class H2Peer {
 public:
  explicit H2Peer(std::unique_ptr<net::PipeEnd> end) : end_(std::move(end)) {
    nghttp2_hd_inflate_new(&inflater_);
  }
  H2Peer(const H2Peer&) = delete;
  H2Peer& operator=(const H2Peer&) = delete;
  ~H2Peer() { nghttp2_hd_inflate_del(inflater_); }

  void Say(std::string_view bytes) {
    while (!bytes.empty() && !ended_) {
      const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
      const net::Io io = end_->TryWrite({&piece, 1});
      bytes.remove_prefix(io.bytes);
      end_->loop().RunUntilIdle();
      if (io.status != net::IoStatus::kOk) {
        const size_t before = received_.size();
        Receive();
        if (received_.size() == before) return;  // nobody reads any more
      }
    }
  }

  // What has come since the last call, a line for each frame. Of fields, "date" is left out; of frames,
  // SETTINGS, and WINDOW_UPDATE unless asked for.
  std::string Hear(bool window_updates = false) {
    Receive();
    std::string text;
    while (received_.size() >= 9 && received_.size() >= 9 + At(0, 3)) {
      const size_t size = At(0, 3);
      const auto type = static_cast<uint8_t>(received_[3]);
      const auto flags = static_cast<uint8_t>(received_[4]);
      const auto stream = static_cast<uint32_t>(At(5, 4));
      const std::string payload = received_.substr(9, size);
      received_.erase(0, 9 + size);
      if (type == kSettings || (type == kWindowUpdate && !window_updates)) continue;
      text += Describe(type, flags, stream, payload) + "\n";
    }
    return text;
  }

  std::string Ask(std::string_view bytes) {
    Say(bytes);
    return Hear();
  }

  // Whether the other end has closed, as of the last Hear.
  bool ended() const { return ended_; }
  void Close() { end_.reset(); }
  net::PipeEnd& end() { return *end_; }
  size_t data_bytes() const { return data_bytes_; }  // of all DATA heard

 private:
  void Receive() {
    for (;;) {
      end_->loop().RunUntilIdle();
      char bytes[5000];
      const net::Io io = end_->TryRead(bytes);
      if (io.status == net::IoStatus::kEnd || io.status == net::IoStatus::kFailed) ended_ = true;
      if (io.status != net::IoStatus::kOk) return;
      received_.append(bytes, io.bytes);
      if (!preface_seen_ && received_.starts_with(kPreface)) {
        received_.erase(0, kPreface.size());
        preface_seen_ = true;
      }
    }
  }

  uint64_t At(size_t offset, size_t bytes) const {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(received_[offset + i]);
    return value;
  }

  static uint32_t Last32(std::string_view payload, size_t offset) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(payload[offset + i]);
    return value;
  }

  std::string Describe(uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload) {
    const std::string_view end = (flags & kEndStream) != 0 ? " END" : "";
    switch (type) {
      case kData:
        data_bytes_ += payload.size();
        if (payload.size() > 64) return Format("DATA {} ({} bytes){}", stream, payload.size(), end);
        return Format("DATA {} {}{}", stream, payload, end);
      case kHeaders:
        return Format("HEADERS {}{}{}", stream, Inflate(payload), end);
      case kReset:
        return Format("RESET {} {}", stream, Last32(payload, 0));
      case kPing:
        return Format("PING {}{}", payload, (flags & kAck) != 0 ? " ACK" : "");
      case kGoAway:
        return Format("GOAWAY {} {}", Last32(payload, 0), Last32(payload, 4));
      case kWindowUpdate:
        return Format("WINDOW {} {}", stream, Last32(payload, 0));
      default:
        return Format("frame {}", type);
    }
  }

  std::string Inflate(const std::string& block) {
    std::string text;
    const auto* in = reinterpret_cast<const uint8_t*>(block.data());
    size_t size = block.size();
    for (;;) {
      nghttp2_nv field;
      int flags = 0;
      const ssize_t used = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, in, size, 1);
      EXPECT_GE(used, 0);
      if (used < 0) return text;
      in += used;
      size -= static_cast<size_t>(used);
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
        const std::string_view name(reinterpret_cast<const char*>(field.name), field.namelen);
        const std::string_view value(reinterpret_cast<const char*>(field.value), field.valuelen);
        if (name != "date") text += Format(" {}={}", name, value);
      }
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    }
    nghttp2_hd_inflate_end_headers(inflater_);
    return text;
  }

  std::unique_ptr<net::PipeEnd> end_;
  nghttp2_hd_inflater* inflater_ = nullptr;
  std::string received_;
  size_t data_bytes_ = 0;
  bool preface_seen_ = false;
  bool ended_ = false;
};

}  // namespace cairn::http::testing
