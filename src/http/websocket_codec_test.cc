#include "http/websocket_codec.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace cairn::http {
namespace {

constexpr WebSocketMask kMask = {0x37, 0xfa, 0x21, 0x3d};  // of the examples in RFC 6455, section 5.7

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += Format("{:02x}", static_cast<uint8_t>(c));
  return hex;
}

// The events of `bytes` arriving in pieces: "text:Hello. ping:x close:1000:bye error:1002"; a message ends
// with '.'.
std::string Events(std::string bytes, WebSocketRole role, size_t piece_bytes = ~size_t{0},
                   uint64_t max = 1 << 20) {
  using Event = WebSocketReader::Event;
  WebSocketReader reader(role, max);
  std::string text;
  std::string buffer;
  bool in_message = false;
  size_t arrived = 0;
  for (;;) {
    const WebSocketReader::Step step = reader.Feed(buffer);
    const bool is_data = step.event == Event::kData;
    if (!(is_data && in_message) && step.event != Event::kNeedMore && !text.empty()) text += ' ';
    if (is_data && !in_message) text += step.opcode == WebSocketOpcode::kText ? "text:" : "binary:";
    if (step.event == Event::kPing) text += "ping:";
    if (step.event == Event::kPong) text += "pong:";
    if (step.event == Event::kClose) text += Format("close:{}:", step.close_code);
    if (step.event == Event::kError) return text + Format("error:{}", step.close_code);
    text += step.data;
    if (is_data) in_message = !step.message_end;
    if (step.message_end) text += '.';
    buffer.erase(0, step.consumed);
    if (step.event != Event::kNeedMore) continue;
    if (arrived == bytes.size()) return text;
    const size_t size = std::min(piece_bytes, bytes.size() - arrived);
    buffer += bytes.substr(arrived, size);
    arrived += size;
  }
}

struct FrameCase {
  std::string_view hex;
  std::string_view events;
};

TEST(WebSocketReader, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(Events(FromHex("810548656c6c6f"), WebSocketRole::kClient), "text:Hello.");
  EXPECT_EQ(Events(FromHex("818537fa213d7f9f4d5158"), WebSocketRole::kServer), "text:Hello.");
  EXPECT_EQ(Events(FromHex("010348656c80026c6f"), WebSocketRole::kClient), "text:Hello.");
  EXPECT_EQ(Events(FromHex("890548656c6c6f"), WebSocketRole::kClient), "ping:Hello");
  EXPECT_EQ(Events(FromHex("8a8537fa213d7f9f4d5158"), WebSocketRole::kServer), "pong:Hello");
  const std::string payload(65536, 'x');
  EXPECT_EQ(Events(FromHex("827e0100") + payload.substr(0, 256), WebSocketRole::kClient),
            "binary:" + payload.substr(0, 256) + ".");
  EXPECT_EQ(Events(FromHex("827f0000000000010000") + payload, WebSocketRole::kClient),
            "binary:" + payload + ".");
}

// Frames as python3-websockets 10.4 serialises them, with the mask above.
TEST(WebSocketReader, ReadsFramesOfAnotherImplementation) {
  const FrameCase cases[] = {
      {"819037fa213df940ef8cf941ef8af946ef90f87bef8c",
       "text:\u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1."},
      {"828037fa213d", "binary:."},
      {"898437fa213d47934f5a", "ping:ping"},
      {"888537fa213d3412434452", "close:1000:bye"},
      {"018337fa213d7f9f4d808237fa213d5b95", "text:Hello."},
  };
  for (const FrameCase& c : cases) {
    EXPECT_EQ(Events(FromHex(c.hex), WebSocketRole::kServer), c.events);
    EXPECT_EQ(Events(FromHex(c.hex), WebSocketRole::kServer, 1), c.events);
  }
}

TEST(WebSocketReader, RefusesWhatTheRfcForbids) {
  const FrameCase cases[] = {
      {"c100", "error:1002"},  // reserved bits
      {"a100", "error:1002"},
      {"9100", "error:1002"},
      {"8300", "error:1002"},  // reserved opcodes
      {"8b00", "error:1002"},
      {"818037fa213d", "error:1002"},         // masked by a server
      {"0900", "error:1002"},                 // fragmented ping
      {"897e007e", "error:1002"},             // long ping
      {"8000", "error:1002"},                 // continuation of nothing
      {"010161810162", "text:a error:1002"},  // message inside of a message
      {"010161890162800163", "text:a ping:bc."},
      {"827e007d", "error:1002"},              // length 125 in two bytes
      {"827f000000000000ffff", "error:1002"},  // 65535 in eight
      {"827f8000000000000000", "error:1002"},  // 2^63
      {"880103", "error:1002"},                // half a close code
      {"880203e7", "error:1002"},              // 999
      {"880203ed", "error:1002"},              // 1005
      {"880203f7", "error:1002"},              // 1015
      {"88021388", "error:1002"},              // 5000
      {"88020fa0", "close:4000:"},
      {"8800", "close:1005:"},
      {"8800ffff", "close:1005:"},   // nothing counts after Close
      {"880303e8ff", "error:1007"},  // reason that is not UTF-8
      {"8101ff", "error:1007"},
      {"8102c3", "text:\xc3"},                 // unfinished
      {"0101c38001a9", "text:\u00e9."},        // a character across two frames
      {"0101c38000", "text:\xc3 error:1007"},  // a character cut off
      {"8103eda080", "error:1007"},            // surrogate
      {"8102c080", "error:1007"},              // overlong
      {"8104f4908080", "error:1007"},          // beyond U+10FFFF
      {"8104f48fbfbf", "text:\xf4\x8f\xbf\xbf."},
      {"010000008000", "text:."},  // empty frames
  };
  for (const FrameCase& c : cases) {
    EXPECT_EQ(Events(FromHex(c.hex), WebSocketRole::kClient), c.events) << c.hex;
  }
  EXPECT_EQ(Events(FromHex("810548656c6c6f"), WebSocketRole::kServer), "error:1002");  // not masked
}

TEST(WebSocketReader, BoundsMessagesOverAllTheirFrames) {
  EXPECT_EQ(Events(FromHex("0103616263800164"), WebSocketRole::kClient, ~size_t{0}, 4), "text:abcd.");
  EXPECT_EQ(Events(FromHex("010361626380026465"), WebSocketRole::kClient, ~size_t{0}, 4),
            "text:abc error:1009");
  EXPECT_EQ(Events(FromHex("8103616263"
                           "8103646566"),
                   WebSocketRole::kClient, ~size_t{0}, 4),
            "text:abc. text:def.");
}

TEST(ApplyMask, EqualsTheDefinitionAtEveryOffsetAndLength) {
  for (uint64_t offset = 0; offset < 9; ++offset) {
    for (size_t size = 0; size < 40; ++size) {
      std::string data(size, '\0');
      std::string expected(size, '\0');
      for (size_t i = 0; i < size; ++i) {
        data[i] = static_cast<char>(i * 37);
        expected[i] = static_cast<char>(static_cast<uint8_t>(data[i]) ^ kMask[(offset + i) % 4]);
      }
      ApplyMask(data, kMask, offset);
      EXPECT_EQ(data, expected) << offset << ' ' << size;
    }
  }
}

// The strings that a decoder written from the definition of UTF-8 takes: decode, then encode again.
bool IsUtf8BySlowDecoding(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<uint8_t>(text[i++]);
    const int more = lead < 0x80         ? 0
                     : (lead >> 5) == 6  ? 1
                     : (lead >> 4) == 14 ? 2
                     : (lead >> 3) == 30 ? 3
                                         : -1;
    if (more < 0) return false;
    uint32_t point = more == 0 ? lead : lead & (0x3f >> more);
    for (int k = 0; k < more; ++k) {
      if (i == text.size() || (static_cast<uint8_t>(text[i]) >> 6) != 2) return false;
      point = point << 6 | (static_cast<uint8_t>(text[i++]) & 0x3f);
    }
    static constexpr std::array<uint32_t, 4> kSmallest = {0, 0x80, 0x800, 0x10000};
    if (point < kSmallest[static_cast<size_t>(more)] || point > 0x10ffff) return false;
    if (point >= 0xd800 && point <= 0xdfff) return false;
  }
  return true;
}

TEST(Utf8Checker, AgreesWithSlowDecodingOnAllStartsOfThreeBytes) {
  for (int first = 0x7e; first < 0x100; ++first) {
    for (int second = 0; second < 0x100; ++second) {
      for (const int third : {0x00, 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff}) {
        for (const std::string_view rest : {"", "\x80", "\x80\x80", "a"}) {
          std::string text = {static_cast<char>(first), static_cast<char>(second), static_cast<char>(third)};
          text += rest;
          Utf8Checker checker;
          const bool valid =
              checker.Feed(text.substr(0, 2)) && checker.Feed(text.substr(2)) && checker.AtBoundary();
          ASSERT_EQ(valid, IsUtf8BySlowDecoding(text)) << ToHex(text);
        }
      }
    }
  }
}

TEST(WebSocketFrames, EqualThoseOfAnotherImplementation) {
  EXPECT_EQ(ToHex(MakeFrame(WebSocketOpcode::kText, "Hello", &kMask)), "818537fa213d7f9f4d5158");
  EXPECT_EQ(ToHex(MakeFrame(WebSocketOpcode::kText, "Hello")), "810548656c6c6f");
  EXPECT_EQ(ToHex(MakeFrame(WebSocketOpcode::kPing, "ping", &kMask)), "898437fa213d47934f5a");
  EXPECT_EQ(ToHex(MakeCloseFrame(kCloseNormal, "bye", &kMask)), "888537fa213d3412434452");
  EXPECT_EQ(ToHex(MakeCloseFrame(kCloseNormal, "bye")), "880503e8627965");
  EXPECT_EQ(ToHex(MakeFrameHeader(WebSocketOpcode::kText, false, 3).view()), "0103");
  EXPECT_EQ(ToHex(MakeCloseFrame(kCloseNone, "ignored")), "8800");

  // SHA-1 of python3-websockets' frame with the payload i * 7 % 256.
  const struct {
    size_t size;
    std::string_view sha1;
  } kLong[] = {{125, "41fec939255349511739d65b888593deff6ca2f7"},
               {126, "53d7534f3559b2a9826af80d2999c7724ec82523"},
               {65535, "d634b09ed7f6c02ea7d8f523976ac3767ccf5ad3"},
               {65536, "3f259d29fc5506c95061c7ca8e3a631d24a97035"},
               {70000, "6bccb3d4f04a9bcc6362d0b7cdc15143e553828b"}};
  for (const auto& c : kLong) {
    std::string payload(c.size, '\0');
    for (size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i * 7 % 256);
    const std::string frame = MakeFrame(WebSocketOpcode::kBinary, payload, &kMask);
    std::string digest(20, '\0');
    EVP_Digest(frame.data(), frame.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
               EVP_sha1(), nullptr);
    EXPECT_EQ(ToHex(digest), c.sha1) << c.size;
    EXPECT_EQ(Events(frame, WebSocketRole::kServer, 1000), "binary:" + payload + ".");
  }
}

TEST(WebSocketFrames, CutACloseReasonBetweenCharacters) {
  std::string reason;
  for (int i = 0; i < 100; ++i) reason += "\u20ac";  // three bytes each: 41 fit into 123
  EXPECT_EQ(Events(MakeCloseFrame(kCloseNormal, reason), WebSocketRole::kClient),
            "close:1000:" + reason.substr(0, 123));
  EXPECT_EQ(Events(MakeCloseFrame(kCloseNormal, "x" + reason), WebSocketRole::kClient),
            "close:1000:x" + reason.substr(0, 120));
}

}  // namespace
}  // namespace cairn::http
