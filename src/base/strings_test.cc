#include "base/strings.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace cairn {
namespace {

TEST(Format, UsesTheSyntaxOfFmt) {
  EXPECT_EQ(Format("{} {:04} {:.2f} {{}}", "a", 7, 1.5), "a 0007 1.50 {}");
}

TEST(ParseInt, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(ParseInt<int>("-12"), -12);
  EXPECT_EQ(ParseInt<uint16_t>("65535"), 65535);
  EXPECT_EQ(ParseInt<int64_t>("-9223372036854775808"), INT64_MIN);
  for (const char* text : {"", " 1", "1 ", "+1", "1a", "0x1", "1.0", "-", "65536", "-1"}) {
    EXPECT_EQ(ParseInt<uint16_t>(text), std::nullopt) << text;
  }
}

TEST(EqualsIgnoreCase, KnowsAsciiOnly) {
  EXPECT_TRUE(EqualsIgnoreCase("Content-Length", "cONTENT-lENGTH"));
  EXPECT_FALSE(EqualsIgnoreCase("a", "ab"));
  EXPECT_FALSE(EqualsIgnoreCase("[", "{"));
  EXPECT_FALSE(EqualsIgnoreCase("\xc3\xa4", "\xc3\x84"));
}

TEST(Trim, RemovesBlanksAndTabs) {
  EXPECT_EQ(Trim(" \t a b\t "), "a b");
  EXPECT_EQ(Trim("\na"), "\na");
  EXPECT_EQ(Trim(" \t"), "");
}

TEST(Split, KeepsEmptyPieces) {
  using Pieces = std::vector<std::string_view>;
  EXPECT_EQ(Split("a,b", ','), (Pieces{"a", "b"}));
  EXPECT_EQ(Split(",", ','), (Pieces{"", ""}));
  EXPECT_EQ(Split("", ','), (Pieces{""}));
}

}  // namespace
}  // namespace cairn
