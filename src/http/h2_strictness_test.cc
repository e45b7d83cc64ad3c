// How the server treats HTTP/2 clients that break the rules or wear it out. The frames are written by hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.h"
#include "http/testing/h2_server_fixture.h"

namespace cairn::http::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::StartsWith;

using H2StrictnessTest = H2ServerTest;

// RST_STREAM with PROTOCOL_ERROR (RFC 9113, section 7).
constexpr std::string_view kMalformed = "RESET 1 1\n";

// What must be refused.

struct BadRequest {
  std::string_view what;
  std::string block;
};

std::vector<BadRequest> BadFields() {
  const auto with = [](Fields more) {
    return Block({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "h"}}) +
           Block(more);
  };
  using namespace std::string_view_literals;
  return {
      {"upper case in a name", with({{"X-a", "1"}})},
      {"empty name", with({{"", "1"}})},
      {"blank in a name", with({{"x a", "1"}})},
      {"colon in a name", with({{"x:a", "1"}})},
      {"line feed in a name", with({{"x\na", "1"}})},
      {"NUL in a name", with({{"x\0a"sv, "1"}})},
      {"byte 0x80 in a name", with({{"x\x80", "1"}})},
      {"CR in a value", with({{"x", "a\rb"}})},
      {"LF in a value", with({{"x", "a\nb"}})},
      {"NUL in a value", with({{"x", "a\0b"sv}})},
      {"CRLF that smuggles a field", with({{"x", "a\r\ntransfer-encoding: chunked"}})},
      {"leading blank in a value", with({{"x", " a"}})},
      {"trailing blank in a value", with({{"x", "a "}})},
      {"connection", with({{"connection", "close"}})},
      {"keep-alive", with({{"keep-alive", "1"}})},
      {"proxy-connection", with({{"proxy-connection", "close"}})},
      {"transfer-encoding", with({{"transfer-encoding", "chunked"}})},
      {"upgrade", with({{"upgrade", "websocket"}})},
      {"te other than trailers", with({{"te", "gzip"}})},
      {"two content-lengths", with({{"content-length", "0"}, {"content-length", "0"}})},
      {"content-length with a sign", with({{"content-length", "+0"}})},
      {"empty content-length", with({{"content-length", ""}})},
      {"content-length as a list", with({{"content-length", "0, 0"}})},
      {"content-length in hexadecimal", with({{"content-length", "0x0"}})},
      {"content-length over 64 bits", with({{"content-length", "18446744073709551617"}})},
      {"content-length without body", with({{"content-length", "1"}})},
  };
}

std::vector<BadRequest> BadHeads() {
  const auto with = [](Fields more) {
    return Block({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "h"}}) +
           Block(more);
  };
  const auto target = [](std::string_view path, std::string_view method = "GET") {
    return Block({{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "h"}});
  };
  const auto authority = [](std::string_view value) {
    return Block({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", value}});
  };
  using namespace std::string_view_literals;
  return {
      {"late pseudo-field", with({{"x", "1"}, {":path", "/"}})},
      {"pseudo-field twice", with({{":path", "/"}})},
      {"unknown pseudo-field", with({{":status", "200"}})},
      {":protocol without being offered", with({{":protocol", "websocket"}})},
      {"no :method", Block({{":scheme", "http"}, {":path", "/"}, {":authority", "h"}})},
      {"no :scheme", Block({{":method", "GET"}, {":path", "/"}, {":authority", "h"}})},
      {"no :path", Block({{":method", "GET"}, {":scheme", "http"}, {":authority", "h"}})},
      {"neither :authority nor host", Block({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}})},
      {"bad method", target("/", "GE T")},
      {"empty method", target("/", "")},
      {"unknown scheme",
       Block({{":method", "GET"}, {":scheme", "ftp"}, {":path", "/"}, {":authority", "h"}})},
      {"scheme that smuggles",
       Block({{":method", "GET"}, {":scheme", "http://x/?"}, {":path", "/"}, {":authority", "h"}})},
      {"empty path", target("")},
      {"path with a blank", target("/a b")},
      {"path with a tab", target("/a\tb")},
      {"path with CRLF", target("/ HTTP/1.1\r\nx: y")},
      {"path with NUL", target("/a\0"sv)},
      {"path with '#'", target("/a#b")},
      {"path with a byte from 0x80", target("/\xc3\xa4")},
      {"path without slash", target("a")},
      {"absolute path", target("http://h/")},
      {"asterisk for GET", target("*")},
      {"escaped NUL", target("/%00")},
      {"broken escape", target("/%zz")},
      {"path above the root", target("/..")},
      {"path above the root, escaped", target("/a/%2e%2e/..")},
      {"other host", with({{"host", "i"}})},
      {"two hosts", with({{"host", "h"}, {"host", "h"}})},
      {"userinfo", authority("u@h")},
      {"host list", authority("a,b")},
      {"slash in the host", authority("a/b")},
      {"blank in the host", authority("a b")},
      {"bad port", authority("h:99999")},
      {"empty authority", authority("")},
  };
}

TEST_F(H2StrictnessTest, ResetsMalformedRequestsWithoutShowingThemToTheHandler) {
  std::vector<BadRequest> all = BadFields();
  for (BadRequest& bad : BadHeads()) all.push_back(std::move(bad));
  for (const BadRequest& bad : all) {
    auto peer = Connect();
    EXPECT_EQ(peer->Ask(Frame(kHeaders, kEndHeaders | kEndStream, 1, bad.block)), kMalformed) << bad.what;
    // Only that stream is harmed.
    EXPECT_THAT(peer->Ask(Request(3, "/ok")), StartsWith("HEADERS 3 :status=200 ")) << bad.what;
  }
  EXPECT_EQ(handler_.requests, all.size());
}

TEST_F(H2StrictnessTest, AnswersRequestsThatItWillNotServe) {
  const auto status = [this](std::string_view said) {
    auto peer = Connect();
    return peer->Ask(said).substr(0, 21);
  };
  EXPECT_EQ(status(Frame(kHeaders, kEndHeaders, 1, Block({{":method", "CONNECT"}, {":authority", "h:1"}}))),
            "HEADERS 1 :status=405");
  EXPECT_EQ(status(Request(1, "/" + std::string(9000, 'a'))), "HEADERS 1 :status=414");
  EXPECT_EQ(status(Request(1, "/", {}, true, std::string(40, 'A'))), "HEADERS 1 :status=501");
  EXPECT_EQ(status(Request(1, "/", {{"content-length", "9999999"}}, false)), "HEADERS 1 :status=413");
  EXPECT_EQ(handler_.requests, 0u);
}

TEST_F(H2StrictnessTest, AcceptsWhatIsUnusualAndLegal) {
  for (const std::string& block :
       {Block({{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "h"}}),
        Block({{":scheme", "http"},
               {":authority", "H:80"},
               {":path", "/"},
               {":method", "GET"},
               {"host", "h:80"}}),
        Block({{":method", "OPTIONS"}, {":scheme", "http"}, {":path", "*"}, {":authority", "[::1]:80"}}),
        Block({{":method", "GET"},
               {":scheme", "http"},
               {":path", "/a/../%41?x=%41&y"},
               {":authority", "h"},
               {"x", ""},
               {"y", "\xc3\xa4\t!"},
               {"te", "trailers"}})}) {
    auto peer = Connect();
    EXPECT_THAT(peer->Ask(Frame(kHeaders, kEndHeaders | kEndStream, 1, block)),
                StartsWith("HEADERS 1 :status=200 "));
  }
}

TEST_F(H2StrictnessTest, ChecksTheBodyAgainstItsAnnouncedLength) {
  for (const std::string& body :
       {Frame(kData, kEndStream, 1, "abc"), Frame(kData, 0, 1, "abcde"), Frame(kData, kEndStream, 1, "")}) {
    auto peer = Connect();
    EXPECT_EQ(peer->Ask(Request(1, "/echo", {{"content-length", "4"}}, false, "PUT") + body), kMalformed);
  }
  EXPECT_EQ(server_->requests_in_flight(), 0u);
}

TEST_F(H2StrictnessTest, RefusesTrailersThatAreMalformed) {
  for (const std::string& trailers :
       {Frame(kHeaders, kEndHeaders, 1, Block({{"x", "1"}})),                   // no END_STREAM
        Frame(kHeaders, kEndHeaders | kEndStream, 1, Block({{":path", "/"}})),  // pseudo-field
        Frame(kHeaders, kEndHeaders | kEndStream, 1, Block({{"X", "1"}})),      // upper case
        Frame(kHeaders, kEndHeaders | kEndStream, 1, Block({{"connection", "close"}}))}) {
    auto peer = Connect();
    EXPECT_EQ(peer->Ask(Request(1, "/trailers", {}, false, "PUT") + trailers), kMalformed);
  }
}

// Connection errors: the code of the GOAWAY, after which the connection ends.
TEST_F(H2StrictnessTest, EndsConnectionsThatBreakTheProtocol) {
  const std::string request = Request(1, "/wait");
  const struct {
    std::string_view what;
    std::string said;
    int code;
  } cases[] = {
      {"DATA on stream 0", Frame(kData, 0, 0, "x"), 1},
      {"DATA on an idle stream", Frame(kData, 0, 5, "x"), 1},
      {"DATA after the end", request + Frame(kData, 0, 1, "x"), 5},
      {"HEADERS after the end", request + request, 5},
      {"HEADERS on an even stream", Request(2, "/a"), 1},
      {"HEADERS on stream 0", Request(0, "/a"), 1},
      {"frame too large", Frame(kData, 0, 1, std::string(16385, 'x')), 6},
      {"CONTINUATION without HEADERS", Frame(kContinuation, kEndHeaders, 1, ""), 1},
      {"other frame within a block", Frame(kHeaders, 0, 1, "") + Frame(kPing, 0, 0, "12345678"), 1},
      {"broken HPACK", Frame(kHeaders, kEndHeaders, 1, "\xff\xff\xff\xff\xff\xff\xff"), 9},
      {"HPACK index beyond the table", Frame(kHeaders, kEndHeaders, 1, "\xfe"), 9},
      {"RST_STREAM on an idle stream", Frame(kReset, 0, 5, Number(8, 4)), 1},
      {"RST_STREAM of wrong size", Frame(kReset, 0, 1, "x"), 6},
      {"SETTINGS of wrong size", Frame(kSettings, 0, 0, "x"), 6},
      {"SETTINGS on a stream", Frame(kSettings, 0, 1, ""), 1},
      {"SETTINGS with ENABLE_PUSH 2", Frame(kSettings, 0, 0, Setting(2, 2)), 1},
      {"SETTINGS with a window over 2^31", Frame(kSettings, 0, 0, Setting(4, 0x80000000)), 3},
      {"SETTINGS with a small frame size", Frame(kSettings, 0, 0, Setting(5, 100)), 1},
      {"PING of wrong size", Frame(kPing, 0, 0, "x"), 6},
      {"PING on a stream", Frame(kPing, 0, 1, "12345678"), 1},
      {"PUSH_PROMISE by a client", Frame(5, kEndHeaders, 1, Number(2, 4)), 1},
      {"window update of 0", Frame(kWindowUpdate, 0, 0, Number(0, 4)), 1},
      {"window over 2^31", Frame(kWindowUpdate, 0, 0, Number(0x7fffffff, 4)), 3},
      {"padding longer than the frame",
       Request(1, "/wait", {}, false) + Frame(kData, 8, 1, std::string("\x05x", 2)), 1},
      {"stream that depends on itself", Frame(kHeaders, kEndHeaders | 0x20, 1, Number(1, 4) + "\x10"), 1},
  };
  for (const auto& bad : cases) {
    auto peer = Connect();
    const std::string heard = peer->Ask(bad.said);
    EXPECT_THAT(heard, ::testing::ContainsRegex(Format("GOAWAY [0-9]+ {}\n$", bad.code))) << bad.what;
    Pass(seconds(3));
    (void)peer->Hear();
    EXPECT_TRUE(peer->ended()) << bad.what;
    EXPECT_EQ(server_->connections(), 0u) << bad.what;
  }
  EXPECT_EQ(server_->requests_in_flight(), 0u);
}

TEST_F(H2StrictnessTest, EndsConnectionsThatDoNotBeginWithThePreface) {
  auto peer = ConnectSilently();
  EXPECT_EQ(peer->Ask(std::string(kPreface) + Frame(kPing, 0, 0, "12345678")), "GOAWAY 0 1\n");
}

// Limits.

TEST_F(H2StrictnessTest, CountsFieldsWhileItDecodes) {
  std::string many;
  for (int i = 0; i < 101; ++i) many += HpackField("a", "b");
  const std::string head =
      Block({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "h"}});
  auto peer = Connect();
  EXPECT_THAT(peer->Ask(Frame(kHeaders, kEndHeaders | kEndStream, 1, head + many)),
              StartsWith("HEADERS 1 :status=431 "));
  std::string crumbs;
  for (int i = 0; i < 101; ++i) crumbs += HpackField("cookie", "b");
  EXPECT_THAT(peer->Ask(Frame(kHeaders, kEndHeaders | kEndStream, 3, head + crumbs)),
              StartsWith("HEADERS 3 :status=431 "));
  EXPECT_EQ(handler_.requests, 0u);
}

TEST_F(H2StrictnessTest, CountsTheBytesThatHpackStandsFor) {
  const std::string head =
      Block({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "h"}});
  auto peer = Connect();
  // A field of 3,900 bytes goes into the table; one byte then stands for it.
  const std::string bomb = HpackField("x", std::string(3900, 'b'), true) + std::string(12000, '\xbe');
  EXPECT_THAT(peer->Ask(Frame(kHeaders, kEndHeaders | kEndStream, 1, head + bomb)),
              StartsWith("HEADERS 1 :status=431 "));
  EXPECT_THAT(peer->Ask(Request(3, "/ok")), StartsWith("HEADERS 3 :status=200 "));
  EXPECT_EQ(handler_.requests, 1u);
}

TEST_F(H2StrictnessTest, BoundsHeaderBlocksAndTrailers) {
  std::string block = Frame(kHeaders, 0, 1, "");
  for (int i = 0; i < 9; ++i) block += Frame(kContinuation, 0, 1, "");
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(block), "GOAWAY 1 11\n");

  auto other = Connect();
  EXPECT_EQ(other->Ask(Request(1, "/trailers", {}, false, "PUT") +
                       Frame(kHeaders, kEndHeaders | kEndStream, 1, HpackField("x", std::string(9000, 'x')))),
            "RESET 1 11\n");
}

TEST_F(H2StrictnessTest, BoundsBodies) {
  ServerOptions options;
  options.message.body_bytes_max = 10;
  Restart(options);
  auto peer = Connect();
  EXPECT_THAT(peer->Ask(Request(1, "/echo", {}, false, "PUT") + Frame(kData, 0, 1, "12345678901")),
              StartsWith("HEADERS 1 :status=413 "));
  EXPECT_EQ(handler_.body_error, ErrorCode::kOverloaded);
}

TEST_F(H2StrictnessTest, RefusesStreamsBeyondTheirNumber) {
  ServerOptions options;
  options.http2_streams_max = 2;
  Restart(options);
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(Request(1, "/wait") + Request(3, "/wait")), "");
  EXPECT_EQ(peer->Ask(Request(5, "/wait")), "GOAWAY 3 1\n");
  EXPECT_EQ(handler_.requests, 2u);
}

// Floods. Each is repeated until the server calls it off, and must be within bounds.

TEST_F(H2StrictnessTest, EndsRapidResets) {
  auto peer = Connect();
  uint32_t stream = 1;
  for (; stream < 1000 && !peer->ended(); stream += 2) {
    const std::string heard = peer->Ask(Request(stream, "/wait") + Frame(kReset, 0, stream, Number(8, 4)));
    if (heard.ends_with(" 11\n")) break;
  }
  EXPECT_LT(stream, 250u);
  EXPECT_GT(stream, 150u);
  EXPECT_EQ(server_->requests_in_flight(), 0u);
}

TEST_F(H2StrictnessTest, EndsResetsThatItIsMadeToSend) {
  auto peer = Connect();
  uint32_t stream = 1;
  for (; stream < 1000; stream += 2) {
    const std::string overflow = Frame(kWindowUpdate, 0, stream, Number(0x7fffffff, 4));
    if (peer->Ask(Request(stream, "/wait") + overflow).find("GOAWAY") != std::string::npos) break;
  }
  EXPECT_LT(stream, 250u);
  EXPECT_GT(stream, 150u);
}

TEST_F(H2StrictnessTest, ForgivesResetsAmongStreamsThatEndRegularly) {
  auto peer = Connect();
  uint32_t stream = 1;
  for (int i = 0; i < 1000; ++i, stream += 4) {
    ASSERT_THAT(peer->Ask(Request(stream, "/wait") + Frame(kReset, 0, stream, Number(8, 4)) +
                          Request(stream + 2, "/a")),
                StartsWith("HEADERS "))
        << i;
  }
}

TEST_F(H2StrictnessTest, ForgivesOccasionalResets) {
  auto peer = Connect();
  uint32_t stream = 1;
  for (int i = 0; i < 1000; ++i, stream += 2) {
    ASSERT_EQ(peer->Ask(Request(stream, "/wait") + Frame(kReset, 0, stream, Number(8, 4))), "");
    Pass(milliseconds(100));
  }
}

TEST_F(H2StrictnessTest, EndsFloodsOfFramesThatServeNothing) {
  const std::string floods[] = {
      Frame(kPing, 0, 0, "12345678"),
      Frame(kSettings, 0, 0, Setting(4, 100)),
      Frame(kData, 0, 1, ""),
      Frame(kPriority, 0, 7, Number(0, 4) + "\x10"),
      Frame(kWindowUpdate, 0, 0, Number(1, 4)),
  };
  for (const std::string& flood : floods) {
    auto peer = Connect();
    peer->Say(Request(1, "/wait", {}, false, "PUT"));
    std::string heard;
    int frames = 0;
    for (; frames < 3000 && heard.find("GOAWAY 1 11\n") == std::string::npos; frames += 10) {
      for (int i = 0; i < 10; ++i) peer->Say(flood);
      heard = peer->Hear();
    }
    EXPECT_LE(frames, 1100) << static_cast<int>(flood[3]);
    EXPECT_GE(frames, 900) << static_cast<int>(flood[3]);
  }
}

TEST_F(H2StrictnessTest, BoundsAnswersThatNobodyReads) {
  auto peer = Connect("", {.capacity = 1000});
  // The pipe back is full after some fifty answers.
  for (int i = 0; i < 900 && server_->connections() > 0; ++i) {
    const std::string ping = Frame(kPing, 0, 0, "12345678");
    const iovec piece{const_cast<char*>(ping.data()), ping.size()};
    (void)peer->end().TryWrite({&piece, 1});
    loop_.RunUntilIdle();
  }
  Pass(seconds(60));
  EXPECT_EQ(server_->connections(), 0u);
}

}  // namespace
}  // namespace cairn::http::testing
