#include "hcl/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace cairn::hcl {
namespace {

using std::string_literals::operator""s;

TEST(Base64, EncodesTheVectorsOfTheStandard) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  }
}

TEST(Base64, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, SkipsNewlinesAndIgnoresLeftOverBits) {
  EXPECT_EQ(DecodeBase64("\nYW\r\nI=\n"), "ab"s);
  EXPECT_EQ(DecodeBase64("Y\nQ=\n=\n"), "a"s);
  EXPECT_EQ(DecodeBase64("YWJ="), "ab"s);
}

// The offsets are those of Go's encoding/base64.
TEST(Base64, SaysWhereTheTextIsWrong) {
  const std::pair<std::string_view, size_t> cases[] = {
      {"_w==", 0}, {"/w", 0},    {"a", 0},     {"YWJjZ", 4},     {"Y=Q=", 1},  {"=", 0},    {"YQ=", 3},
      {"YQ=x", 2}, {"YQ==x", 4}, {"YWI=x", 4}, {"YWJj YQ==", 4}, {"YQ=\n", 4}, {"Y\nQ", 1}, {"YWI\xC3=", 3},
  };
  for (const auto& [text, offset] : cases) {
    const auto decoded = DecodeBase64(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error(), offset) << text;
  }
}

}  // namespace
}  // namespace cairn::hcl
