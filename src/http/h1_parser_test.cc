// Connection semantics, targets, limits and responses; the cases of framing and syntax are in
// h1_cases_test.cc.

#include "http/h1_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "http/testing/h1_outcome.h"

namespace cairn::http {
namespace {

std::string Request(std::string_view bytes, const MessageLimits& limits = {}) {
  testing::Wire wire(bytes, testing::AllAtOnce());
  testing::Wire slow(bytes, testing::ByteByByte());
  const std::string outcome = testing::RequestOutcome(wire, limits);
  EXPECT_EQ(testing::RequestOutcome(slow, limits), outcome);
  return outcome;
}

// Of a request with these further fields, without the fields.
std::string Facts(std::string_view version, std::string_view fields) {
  const std::string outcome =
      Request("GET / " + std::string(version) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n");
  return outcome.substr(0, outcome.find(" fields="));
}

std::string Target(std::string_view method, std::string_view target) {
  const std::string outcome =
      Request(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
  return outcome.substr(0, outcome.find(" fields="));
}

std::string Response(std::string_view bytes, std::string_view method = "GET") {
  testing::Wire wire(bytes, testing::AllAtOnce());
  testing::Wire slow(bytes, testing::ByteByByte());
  const std::string outcome = testing::ResponseOutcome(wire, method);
  EXPECT_EQ(testing::ResponseOutcome(slow, method), outcome);
  return outcome;
}

TEST(H1RequestParser, KeepsFieldsInOrderAndTrimsTheirValues) {
  EXPECT_EQ(Request("GET /a HTTP/1.1\r\nb:  x y\t \r\nHost:a\r\nB:\r\nb: \xe9\r\n\r\n"),
            "GET /a host=a fields=b: x y|Host: a|B: |b: \xe9");
}

TEST(H1RequestParser, TellsWhetherTheConnectionStays) {
  EXPECT_EQ(Facts("HTTP/1.1", ""), "GET / host=a");
  EXPECT_EQ(Facts("HTTP/1.1", "Connection: x, CLOSE ,\r\n"), "GET / host=a close");
  EXPECT_EQ(Facts("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"), "GET / host=a close");
  EXPECT_EQ(Facts("HTTP/1.1", "Connection: closed\r\n"), "GET / host=a");
  EXPECT_EQ(Facts("HTTP/1.0", ""), "GET / host=a 1.0 close");
  EXPECT_EQ(Facts("HTTP/1.0", "Connection: Keep-Alive\r\n"), "GET / host=a 1.0");
  EXPECT_EQ(Facts("HTTP/1.0", "Connection: keep-alive, close\r\n"), "GET / host=a 1.0 close");
  EXPECT_EQ(Facts("HTTP/1.7", ""), "GET / host=a");  // RFC 9110, section 2.5
  EXPECT_EQ(Request("GET / HTTP/1.0\r\n\r\n"), "GET / 1.0 close");
}

TEST(H1RequestParser, ReadsExpectAndUpgradeInHttp11Only) {
  EXPECT_EQ(Facts("HTTP/1.1", "Expect: 100-Continue\r\nContent-Length: 1\r\n"), "GET / host=a expect");
  EXPECT_EQ(Facts("HTTP/1.1", "Expect: 100-continue\r\n"), "GET / host=a");  // nothing to wait for
  EXPECT_EQ(Facts("HTTP/1.0", "Expect: 100-continue\r\nContent-Length: 1\r\n"), "GET / host=a 1.0 close");
  EXPECT_EQ(Facts("HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
            "GET / host=a upgrade=websocket");
  EXPECT_EQ(Facts("HTTP/1.1", "Upgrade: websocket\r\n"), "GET / host=a");
  EXPECT_EQ(Facts("HTTP/1.0", "Connection: Upgrade\r\nUpgrade: websocket\r\n"), "GET / host=a 1.0 close");
  EXPECT_EQ(Facts("HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket, H2C\r\n"), "GET / host=a");
  EXPECT_EQ(Facts("HTTP/1.1", "Connection: Upgrade\r\nUpgrade: a\r\nUpgrade: b\r\n"), "GET / host=a");
}

TEST(H1RequestParser, SplitsEveryFormOfTarget) {
  EXPECT_EQ(Target("GET", "/a/b.c?d=/../e?f"), "GET /a/b.c query=d=/../e?f host=h");
  EXPECT_EQ(Target("GET", "/?"), "GET / host=h");
  EXPECT_EQ(Target("GET", "//a"), "GET //a host=h");
  EXPECT_EQ(Target("GET", "http://o"), "GET / scheme=http host=o");
  EXPECT_EQ(Target("GET", "http://localhost?x"), "GET / query=x scheme=http host=localhost");
  EXPECT_EQ(Target("GET", "HTTPS://[::1]:8443/a?b"), "GET /a query=b scheme=HTTPS host=[::1]:8443");
  EXPECT_EQ(Target("OPTIONS", "*"), "OPTIONS * host=h");
  EXPECT_EQ(Target("CONNECT", "[::1]:443"), "CONNECT  host=[::1]:443");
  EXPECT_EQ(Target("GET", "/a/../b/%2e%2e/c"), "GET /a/../b/%2e%2e/c host=h");
  for (const std::string_view bad :
       {"http://", "http:///a", "ftp://a/", "http:/a", "h:80", "?a", "/a/%2e./../..", "/%0", "/a?%zz",
        "/a?%00", "http://a/../..", "http://a:0/"}) {
    EXPECT_TRUE(Target("GET", bad).starts_with("400")) << bad;
  }
  for (const std::string_view bad : {"/", "*", "a", "a:", ":80", "[::1]", "http://a:80/", "a:80/"}) {
    EXPECT_TRUE(Target("CONNECT", bad).starts_with("400")) << bad;
  }
}

TEST(H1RequestParser, RefusesTransferCodingsItCannotRemove) {
  const auto coding = [](std::string_view value) {
    return Request("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + std::string(value) + "\r\n\r\n")
        .substr(0, 3);
  };
  EXPECT_EQ(coding("CHUNKED"), "POS");
  EXPECT_EQ(coding("br, chunked"), "501");
  for (const std::string_view bad : {"", "gzip", ", chunked", "chunked,", "chunked;q=1", "\"chunked\"",
                                     "chunked, gzip, chunked", "gzip;a=b, chunked", "chunked\tchunked"}) {
    EXPECT_EQ(coding(bad), "400") << bad;
  }
}

TEST(H1RequestParser, EnforcesEachLimitExactly) {
  const MessageLimits limits = {.head_bytes_max = 60,
                                .target_bytes_max = 8,
                                .fields_max = 3,
                                .body_bytes_max = 10,
                                .chunk_extension_bytes_max = 4,
                                .trailer_bytes_max = 10};
  EXPECT_EQ(Request("GET /1234567 HTTP/1.1\r\nHost: a\r\n\r\n", limits),
            "GET /1234567 host=a fields=Host: a");
  EXPECT_EQ(Request("GET /12345678 HTTP/1.1\r\nHost: a\r\n\r\n", limits), "414 target too long");
  EXPECT_EQ(Request("GET /12345678", limits), "414 target too long");  // before the line ends
  EXPECT_EQ(Request("GET / HTTP/1.1\r\nHost: a\r\nB: c\r\nD: e\r\n\r\n", limits),
            "GET / host=a fields=Host: a|B: c|D: e");
  EXPECT_EQ(Request("GET / HTTP/1.1\r\nHost: a\r\nB: c\r\nD: e\r\nF: \r\n\r\n", limits),
            "431 too many fields");
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  EXPECT_EQ(Request(start + std::string(56 - start.size(), 'x') + "\r\n\r\n", limits).substr(0, 3), "GET");
  EXPECT_EQ(Request(start + std::string(57 - start.size(), 'x') + "\r\n\r\n", limits), "431 head too large");
  EXPECT_EQ(Request(start + std::string(60 - start.size(), 'x'), limits), "431 head too large");
  EXPECT_EQ(Request("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", limits).substr(0, 3), "PUT");
  EXPECT_EQ(Request("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", limits), "413 body too large");
  EXPECT_EQ(Request(std::string(33, 'A')), "501 method too long");
}

TEST(H1RequestParser, RefusesGarbageBeforeTheHeadEnds) {
  EXPECT_EQ(Request("SSH-2.0-OpenSSH_9.2\r\n"), "400 bad method");
  EXPECT_EQ(Request("\n"), "400 bad method");
  EXPECT_EQ(Request("GET / HTTP/3"), "more");
  EXPECT_EQ(Request("PRI * HTTP/2.0\r\n"), "505 version other than 1.0 and 1.1");
}

TEST(H1RequestParser, ParsesOneRequestAfterTheOther) {
  const std::string first =
      "POST /a?b HTTP/1.0\r\nHost: x\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n";
  const std::string second = "GET /c HTTP/1.1\r\nHost: y\r\n\r\n";
  H1RequestParser parser{MessageLimits{}};
  ASSERT_EQ(parser.Parse(first + "abc" + second), H1Progress::kDone);
  EXPECT_EQ(parser.consumed(), first.size());
  EXPECT_EQ(parser.head().content_length, 3u);
  parser.Reset();
  ASSERT_EQ(parser.Parse(second), H1Progress::kDone);
  EXPECT_EQ(parser.head().authority, "y");
  EXPECT_EQ(parser.head().query, "");
  EXPECT_EQ(parser.head().body, BodyKind::kNone);
  EXPECT_EQ(parser.head().content_length, 0u);
  EXPECT_EQ(parser.head().fields.size(), 1u);
  EXPECT_EQ(parser.head().version, Version::kHttp11);
  parser.Reset();
  ASSERT_EQ(parser.Parse("?"), H1Progress::kError);
  ASSERT_EQ(parser.Parse(second), H1Progress::kError);  // until Reset()
  parser.Reset();
  ASSERT_EQ(parser.Parse(second), H1Progress::kDone);
}

TEST(H1ResponseParser, KnowsHowTheBodyEnds) {
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
            "200 reason=OK fields=Content-Length: 5 length=5");
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            "200 reason=OK fields=Content-Length: 0");
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\n\r\n"), "200 reason=OK close body=to-close");
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
            "200 reason=OK fields=Transfer-Encoding: chunked body=x");
  EXPECT_EQ(Response("HTTP/1.1 204 \r\n\r\n"), "204");
  EXPECT_EQ(Response("HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n"), "304 fields=Content-Length: 5");
  EXPECT_EQ(Response("HTTP/1.1 100 Continue\r\n\r\n"), "100 reason=Continue");
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD"),
            "200 reason=OK fields=Content-Length: 5");
  EXPECT_EQ(Response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "CONNECT"),
            "200 reason=OK fields=Content-Length: 5");
  EXPECT_EQ(Response("HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\n", "CONNECT"),
            "403 reason=No fields=Content-Length: 5 length=5");
  EXPECT_EQ(Response("HTTP/1.1 101 \r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
            "101 upgrade=websocket fields=Connection: upgrade|Upgrade: websocket");
}

TEST(H1ResponseParser, TellsWhetherTheConnectionStays) {
  EXPECT_EQ(Response("HTTP/1.0 204 \r\n\r\n"), "204 1.0 close");
  EXPECT_EQ(Response("HTTP/1.0 204 \r\nConnection: keep-alive\r\n\r\n"),
            "204 1.0 fields=Connection: keep-alive");
  EXPECT_EQ(Response("HTTP/1.1 204 \r\nConnection: close\r\n\r\n"), "204 close fields=Connection: close");
}

TEST(H1ResponseParser, TakesTheStatusLineStrictly) {
  EXPECT_EQ(Response("HTTP/1.1 204\r\n\r\n"), "204");
  EXPECT_EQ(Response("HTTP/1.1 299 a b\xe9\r\nContent-Length: 0\r\n\r\n"),
            "299 reason=a b\xe9 fields=Content-Length: 0");
  for (const std::string_view bad :
       {"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1  200 OK", "HTTP/2.0 200 OK",
        "http/1.1 200 OK", "HTTP/1.1 200OK", "HTTP/1.1 200\tOK", "HTTP/1.1 2x0 OK", "HTTP/1.1 200 O\x01K",
        "HTTP/1.1 200 OK\r", "ICY 200 OK"}) {
    EXPECT_TRUE(Response(std::string(bad) + "\r\nContent-Length: 0\r\n\r\n").starts_with("refused")) << bad;
  }
}

TEST(H1ResponseParser, RefusesAmbiguousFraming) {
  for (const std::string_view bad :
       {"200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
        "200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "200 OK\r\nTransfer-Encoding: gzip\r\n", "204 No\r\nContent-Length: 1\r\n",
        "100 No\r\nTransfer-Encoding: chunked\r\n", "200 OK\r\nX: a\r\n b\r\n",
        "200 OK\r\nContent-Length: 1048577\r\n"}) {
    EXPECT_TRUE(Response("HTTP/1.1 " + std::string(bad) + "\r\n").starts_with("refused")) << bad;
  }
  EXPECT_TRUE(Response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").starts_with("refused"));
}

}  // namespace
}  // namespace cairn::http
