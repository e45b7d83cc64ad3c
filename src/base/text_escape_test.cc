#include "base/text_escape.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace cairn {
namespace {

// Table 3-7 of the Unicode standard ("Well-Formed UTF-8 Byte Sequences"), walked by brute force: every
// sequence of up to three bytes that an encoder of RFC 3629 produces, and no other, is UTF-8.
TEST(Utf8, AcceptsExactlyWhatAnEncoderProduces) {
  std::vector<bool> produced(1 << 24);
  for (uint32_t code = 0; code < 0x10000; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    if (code < 0x80) {
      produced[code << 16] = true;
    } else if (code < 0x800) {
      produced[(0xc0 | code >> 6) << 16 | (0x80 | (code & 0x3f)) << 8] = true;
    } else {
      produced[(0xe0 | code >> 12) << 16 | (0x80 | (code >> 6 & 0x3f)) << 8 | (0x80 | (code & 0x3f))] = true;
    }
  }
  for (uint32_t first = 0; first < 0xf0; ++first) {
    for (uint32_t second = 0; second < 256; ++second) {
      for (uint32_t third = 0; third < 256; ++third) {
        const char bytes[] = {static_cast<char>(first), static_cast<char>(second), static_cast<char>(third)};
        const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : 3;
        const uint32_t masks[] = {0, 0xff0000, 0xffff00, 0xffffff};
        const bool expected = produced[(first << 16 | second << 8 | third) & masks[length]];
        ASSERT_EQ(Utf8Length({bytes, 3}), expected ? length : 0) << first << ' ' << second << ' ' << third;
      }
    }
  }
}

TEST(Utf8, KnowsFourByteSequences) {
  EXPECT_EQ(Utf8Length("\xf0\x90\x80\x80"), 4u);  // U+10000
  EXPECT_EQ(Utf8Length("\xf4\x8f\xbf\xbf"), 4u);  // U+10FFFF
  EXPECT_EQ(Utf8Length("\xf0\x8f\xbf\xbf"), 0u);  // overlong
  EXPECT_EQ(Utf8Length("\xf4\x90\x80\x80"), 0u);  // above
  EXPECT_EQ(Utf8Length("\xf5\x80\x80\x80"), 0u);
  EXPECT_EQ(Utf8Length("\xf0\x90\x80"), 0u);
  EXPECT_TRUE(IsUtf8("a\xc3\xa9\xf0\x9f\x98\x80"));
  EXPECT_FALSE(IsUtf8("a\xc3"));
}

TEST(Quote, WritesJsonStrings) {
  EXPECT_EQ(Quote(""), R"("")");
  EXPECT_EQ(Quote("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(Quote(std::string_view("\0\b\f\n\r\t\x1b\x7f", 8)), R"("\u0000\b\f\n\r\t\u001b\u007f")");
  EXPECT_EQ(Quote("\xc2\x85\xc2\x9b\xe2\x80\xa8\xe2\x80\xa9"), R"("\u0085\u009b\u2028\u2029")");
  EXPECT_EQ(Quote("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"), "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"");
  EXPECT_EQ(Quote("\xff\xc3"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(AppendEscaped, LeavesQuotesAloneOutsideOfThem) {
  std::string out = "> ";
  EXPECT_TRUE(AppendEscaped(out, "a\"\\\n", /*quoting=*/false));
  EXPECT_EQ(out, R"(> a"\\n)");
}

TEST(AppendEscaped, StopsBetweenCharacters) {
  std::string out = "123";
  EXPECT_TRUE(AppendEscaped(out, "ab\n", true, 4));
  EXPECT_EQ(out, "123ab\\n");
  out.clear();
  EXPECT_FALSE(AppendEscaped(out, "ab\n", true, 3));
  EXPECT_EQ(out, "ab");
  out.clear();
  EXPECT_FALSE(AppendEscaped(out, "a\xc3\xa9", true, 2));
  EXPECT_EQ(out, "a");
}

TEST(EscapeMarkup, LeavesNothingThatMarkupGivesAMeaning) {
  EXPECT_EQ(EscapeMarkup("a<b>&\"c\"'\n\u00e9"), "a&lt;b&gt;&amp;&#34;c&#34;&#39;\n\u00e9");
}

}  // namespace
}  // namespace cairn
