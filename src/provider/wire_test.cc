#include "provider/wire.h"

#include <gtest/gtest.h>

#include <limits>

namespace cairn::provider {
namespace {

using namespace std::string_view_literals;

TEST(Wire, ReadsTheExamplesOfTheSpecification) {
  // From "Encoding" of protobuf.dev: {a: 150}, {b: "testing"}, {c: {a: 150}} with c = 3.
  WireReader a("\x08\x96\x01"sv);
  ASSERT_TRUE(a.Next());
  EXPECT_EQ(a.field(), 1u);
  EXPECT_EQ(a.number(), 150);
  EXPECT_FALSE(a.Next());
  EXPECT_TRUE(a.ok());

  WireReader b("\x12\x07testing"sv);
  ASSERT_TRUE(b.Next());
  EXPECT_EQ(b.field(), 2u);
  EXPECT_EQ(b.bytes(), "testing");

  WireReader c("\x1a\x03\x08\x96\x01"sv);
  ASSERT_TRUE(c.Next());
  EXPECT_EQ(c.bytes(), "\x08\x96\x01"sv);
}

TEST(Wire, WritesThemToo) {
  WireWriter inner;
  inner.Number(1, 150);
  const std::string message = inner.Take();
  EXPECT_EQ(message, "\x08\x96\x01"sv);
  WireWriter outer;
  outer.Text(2, "testing");
  outer.Bytes(3, message);
  outer.Text(4, "");
  outer.Boolean(5, false);
  outer.Boolean(6, true);
  outer.Bytes(7, "");
  EXPECT_EQ(outer.Take(), "\x12\x07testing\x1a\x03\x08\x96\x01\x30\x01\x3a\x00"sv);
}

TEST(Wire, SkipsFixedNumbers) {
  WireReader reader("\x09\1\2\3\4\5\6\7\x08\x15\1\2\3\4\x18\x07"sv);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.field(), 1u);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.field(), 2u);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.number(), 7);
  EXPECT_FALSE(reader.Next());
  EXPECT_TRUE(reader.ok());
}

TEST(Wire, KeepsEveryNumber) {
  for (const int64_t number : {int64_t{1}, int64_t{127}, int64_t{128}, int64_t{-1},
                               std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
    WireWriter writer;
    writer.Number(15, number);
    const std::string message = writer.Take();
    WireReader reader(message);
    ASSERT_TRUE(reader.Next());
    EXPECT_EQ(reader.number(), number);
  }
}

TEST(Wire, RefusesWhatIsMalformed) {
  for (const std::string_view bytes :
       {"\x08"sv,  // no number
        "\x12\x05"
        "abc"sv,                                           // cut off
        "\x00\x01"sv,                                      // field 0
        "\x0b"sv,                                          // a group
        "\x0f"sv,                                          // no such type
        "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv,  // 65 bits
        "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,  // a length of 2^64-1
        "\x09\1\2"sv, "\x15\1"sv}) {
    WireReader reader(bytes);
    while (reader.Next()) {
    }
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.Next());
  }
}

}  // namespace
}  // namespace cairn::provider
