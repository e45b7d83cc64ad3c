#include "http/h1_chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "http/testing/h1_outcome.h"

namespace cairn::http {
namespace {

std::string Decode(std::string_view bytes, const MessageLimits& limits = {}) {
  testing::Wire wire(bytes, testing::AllAtOnce());
  testing::Wire slow(bytes, testing::ByteByByte());
  const std::string outcome = testing::ChunkedOutcome(wire, limits);
  EXPECT_EQ(testing::ChunkedOutcome(slow, limits), outcome);
  return outcome;
}

TEST(ChunkedDecoder, JoinsChunksAndReadsTrailers) {
  EXPECT_EQ(Decode("0\r\n\r\n"), " body=");
  EXPECT_EQ(Decode("5\r\nhello\r\n00A\r\n, world!!!\r\n000\r\n\r\n"), " body=hello, world!!!");
  EXPECT_EQ(Decode("1\r\nx\r\n0\r\nX-Sum: 1\r\ngrpc-status: 0\r\n\r\n"),
            " body=x trailers=X-Sum: 1|grpc-status: 0");
  EXPECT_EQ(Decode("5\r\nhel"), " body=hel...");
}

TEST(ChunkedDecoder, DropsTrailersThatMeanSomethingInAHead) {
  EXPECT_EQ(Decode("0\r\nHost: a\r\ncontent-length: 5\r\nTransfer-Encoding: chunked\r\nAuthorization: b\r\n"
                   "X-Forwarded-For: c\r\nTransfer_Encoding: d\r\nCookie: e\r\nx: y\r\n\r\n"),
            " body= trailers=x: y");
}

TEST(ChunkedDecoder, EnforcesItsLimitsExactly) {
  const MessageLimits limits = {
      .fields_max = 2, .body_bytes_max = 5, .chunk_extension_bytes_max = 4, .trailer_bytes_max = 16};
  EXPECT_EQ(Decode("2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", limits), " body=abcde");
  EXPECT_EQ(Decode("2\r\nab\r\n4\r\n", limits), "413 body too large");
  EXPECT_EQ(Decode("ffffffffffffffff\r\n", limits), "413 body too large");
  EXPECT_EQ(Decode("1;abc\r\nx\r\n1;abc\r\ny\r\n0\r\n\r\n", limits), " body=xy");
  EXPECT_EQ(Decode("1;abcd", limits), "400 chunk extension too long");
  EXPECT_EQ(Decode("00000000000000001\r\n", limits), "400 chunk size too large");
  EXPECT_EQ(Decode("0\r\na: b\r\nc: d\r\n\r\n", limits).substr(0, 6), " body=");
  EXPECT_EQ(Decode("0\r\na: b\r\nc:\r\nd:\r\n\r\n", limits), "431 too many fields");
  EXPECT_EQ(Decode("0\r\na: bcdefghijklmnopq", limits), "431 trailers too large");
}

TEST(ChunkedDecoder, StopsBehindTheBody) {
  const std::string_view bytes = "1\r\nx\r\n0\r\n\r\nGET /";
  ChunkedDecoder decoder{MessageLimits{}};
  const ChunkedDecoder::Step first = decoder.Feed(bytes);
  EXPECT_EQ(first.data, "x");
  const ChunkedDecoder::Step second = decoder.Feed(bytes.substr(first.consumed));
  EXPECT_EQ(second.progress, H1Progress::kDone);
  EXPECT_EQ(bytes.substr(first.consumed + second.consumed), "GET /");
  decoder.Reset();
  EXPECT_EQ(decoder.Feed("2\r\nyz\r\n").data, "yz");
}

}  // namespace
}  // namespace cairn::http
