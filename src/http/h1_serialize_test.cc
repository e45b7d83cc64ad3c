#include "http/h1_serialize.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

namespace cairn::http {
namespace {

std::string RequestWith(std::vector<Field> fields, const H1RequestFraming& framing = {}) {
  Buffer out;
  AppendRequestHead(out, "GET", "/", "host", fields, framing);
  return std::string(out.view());
}

std::string ResponseWith(std::vector<Field> fields, const H1Framing& framing = {}) {
  Buffer out;
  ResponseHead head;
  head.status = 404;
  head.fields = fields;
  AppendResponseHead(out, head, framing, "Date: now\r\n");
  return std::string(out.view());
}

TEST(H1Serialize, WritesAResponseHead) {
  H1Framing framing;
  framing.content_length = std::numeric_limits<uint64_t>::max();
  framing.connection = "close";
  EXPECT_EQ(ResponseWith({{"A", "1"}, {"b", ""}}, framing),
            "HTTP/1.1 404 Not Found\r\nA: 1\r\nb: \r\nDate: now\r\nContent-Length: 18446744073709551615\r\n"
            "Connection: close\r\n\r\n");
}

TEST(H1Serialize, WritesARequestHead) {
  H1RequestFraming framing;
  framing.chunked = true;
  framing.connection = "Upgrade";
  framing.upgrade = "websocket";
  framing.expect_continue = true;
  EXPECT_EQ(RequestWith({{"A", "1"}}, framing),
            "GET / HTTP/1.1\r\nHost: host\r\nA: 1\r\nTransfer-Encoding: chunked\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nExpect: 100-continue\r\n\r\n");
}

TEST(H1Serialize, KeepsFramingToItself) {
  EXPECT_EQ(ResponseWith({{"content-length", "5"},
                          {"Transfer-Encoding", "chunked"},
                          {"CONNECTION", "close"},
                          {"Keep-Alive", "timeout=5"},
                          {"date", "never"},
                          {"Upgrade", "kept in responses"}}),
            "HTTP/1.1 404 Not Found\r\nUpgrade: kept in responses\r\nDate: now\r\n\r\n");
  EXPECT_EQ(RequestWith({{"Host", "other"}, {"upgrade", "h2c"}, {"Expect", "100-continue"}, {"Dated", "y"}}),
            "GET / HTTP/1.1\r\nHost: host\r\nDated: y\r\n\r\n");
}

TEST(H1Serialize, LeavesOutFieldsThatWouldBreakTheHead) {
  const std::vector<Field> bad = {{"", "x"},
                                  {"A B", "x"},
                                  {"Transfer-Encoding: chunked\r\nA", "x"},
                                  {"Transfer-Encoding: chunked, A", "x"},
                                  {"A", "x\r\nB: y"},
                                  {"A", "x\ny"},
                                  {"A", std::string_view("x\0y", 3)},
                                  {"A", "a long value with a carriage return \r in its middle"}};
  EXPECT_EQ(RequestWith(bad), "GET / HTTP/1.1\r\nHost: host\r\n\r\n");
  EXPECT_EQ(ResponseWith(bad), "HTTP/1.1 404 Not Found\r\nDate: now\r\n\r\n");
}

TEST(H1Serialize, KnowsWhatARequestLineMayHold) {
  EXPECT_TRUE(IsRequestLine("GET", "/a?b=%20", "host:80"));
  EXPECT_TRUE(IsRequestLine("M-SEARCH", "*", "[::1]:80"));
  EXPECT_FALSE(IsRequestLine("", "/", "host"));
  EXPECT_FALSE(IsRequestLine("GET ", "/", "host"));
  EXPECT_FALSE(IsRequestLine("GET", "", "host"));
  EXPECT_FALSE(IsRequestLine("GET", "/ HTTP/1.1\r\nA: b", "host"));
  EXPECT_FALSE(IsRequestLine("GET", "/a b", "host"));
  EXPECT_FALSE(IsRequestLine("GET", "/", "host\r\nA: b"));
  EXPECT_FALSE(IsRequestLine("GET", "/", ""));
}

TEST(H1Serialize, EndsAChunkedBody) {
  Buffer plain;
  AppendLastChunk(plain, {});
  EXPECT_EQ(plain.view(), "0\r\n\r\n");
  Buffer with_trailers;
  const std::vector<Field> trailers = {{"Sum", "1"}, {"Content-Length", "5"}, {"Host", "x"}, {"A", "\r\n"}};
  AppendLastChunk(with_trailers, trailers);
  EXPECT_EQ(with_trailers.view(), "0\r\nSum: 1\r\n\r\n");
}

TEST(H1Serialize, WritesChunkSizes) {
  std::array<char, 20> space;
  EXPECT_EQ(ChunkSizeLine(1, space), "1\r\n");
  EXPECT_EQ(ChunkSizeLine(255, space), "ff\r\n");
  EXPECT_EQ(ChunkSizeLine(std::numeric_limits<size_t>::max(), space), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace cairn::http
