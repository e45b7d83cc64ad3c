#include "hcl/gzip.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace cairn::hcl {
namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += Format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string Sha256(std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(),
             nullptr);
  digest.resize(size);
  return Hex(digest);
}

// Texts that every run makes alike, of several kinds.
class Texts {
 public:
  // Bytes below `values`, the smaller `values` the more alike.
  static std::string Random(size_t size, uint32_t values) {
    std::string text;
    uint32_t state = uint32_t(size) * 2654435761u + values;
    while (text.size() < size) text += static_cast<char>(Next(state) % values);
    return text;
  }

  static std::string Configuration(size_t size) {
    std::string text;
    for (uint32_t state = uint32_t(size); text.size() < size;) {
      const uint32_t number = Next(state);
      text += Format("resource \"aws_instance\" \"web_{}\" {{\n  count = {}\n}}\n", number % 97, number);
    }
    return text.substr(0, size);
  }

  // Copies from all distances up to beyond the window, between random bytes.
  static std::string Copies(size_t size) {
    std::string text = "x";
    for (uint32_t state = uint32_t(size); text.size() < size;) {
      const size_t offset = 1 + Next(state) % std::min<size_t>(text.size(), 40000);
      for (uint32_t length = Next(state) % 400; length > 0; --length) text += text[text.size() - offset];
      for (uint32_t length = Next(state) % 40; length > 0; --length) text += static_cast<char>(Next(state));
    }
    return text.substr(0, size);
  }

 private:
  static uint32_t Next(uint32_t& state) {
    state = state * 1664525 + 1013904223;
    return state >> 8;
  }
};

// The expected bytes, and the digests below, are those of Go's compress/gzip.
TEST(Gzip, WritesTheBytesOfGo) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "1f8b08000000000000ff000000ffff010000ffff0000000000000000"},
      {"a", "1f8b08000000000000ff4a04000000ffff010000ffff43beb7e801000000"},
      {"hello", "1f8b08000000000000ffca48cdc9c907000000ffff010000ffff86a6103605000000"},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1f8b08000000000000ff4ac40b00000000ffff010000ffffc1d3c16b1e000000"},
      {"abcabcabcabc, abcabcabcabc",
       "1f8b08000000000000ff4a4c4a86231d05641e000000ffff010000ffff56ebc6c41a000000"},
      {"The quick brown fox jumps over the lazy dog",
       "1f8b08000000000000ff0ac94855282ccd4cce56482aca2fcf5348cbaf50c82acd2d2856c82f4b2d5228c94855c849acaa544"
       "8c94f07000000ffff010000ffff39a34f412b000000"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Hex(Gzip(text)), expected) << text;
}

struct LargeCase {
  std::string text;
  size_t bytes;
  std::string_view sha256;
};

TEST(Gzip, WritesTheBytesOfGoForLargeTexts) {
  const LargeCase cases[] = {
      {std::string(300, 'a'), 34, "c4626a5f522f9d9ccbdeb6cae4a0fe78b85914736759a23b614a3c7ecf3fbd24"},
      {std::string(100000, '\0'), 141, "300f7967ea8b51af33e658319e3a9ccb24c5c019fdeb28fb75bc922139fd6280"},
      {Texts::Random(1000, 256), 1033, "695628085c58f495e858e38264311f52e41bac6d49f724b5200200748f8f09a8"},
      {Texts::Random(65535, 256), 65583, "47cf1d9dca524f21650dfd1d8b768f30475191bc8a4d7b5b173d46f9dcd67ca2"},
      {Texts::Random(65536, 256), 65584, "531dad04cdadc86241af38aa71f184c89bc4294d6bb2157a7116a98be7beb586"},
      {Texts::Random(200000, 256), 200093,
       "8d651be7467c07dfbf1058f0a77d49cd8c3a730f168c4d261527d01c2f8a5850"},
      {Texts::Random(20000, 2), 256, "d812f41134a871a2e896ed74279498969efe40963a45681ff4d355b43c54874d"},
      {Texts::Random(131072, 20), 73291, "224458f9af43da7bfd67d0bce78ce1513e8570fc833df3babffab12c897edf22"},
      {Texts::Configuration(500), 166, "cc7bad47b2d17188890c40fb878d9890e26fb2ffe5b18e751f9e45203dfc608d"},
      {Texts::Configuration(65537), 8420, "33bbdc28d93a6547b08492b3b5bb6ce6422d096b15eebc440b633cee630b9679"},
      {Texts::Configuration(200000), 25187,
       "ddb427f7d9456f0f7b4d966ee57669d3313fe1e08d20138f06b97469a75730e7"},
      {Texts::Copies(98305), 12398, "f7a697e7f2bc62ef4ff329478facaeda8eb59b9f4cc9f8703c1772631c891be1"},
      {Texts::Copies(200000), 25789, "a72258d55b10dce98fa1b7df706baa3cf53d8916ada3f66a8c02a515dddef0fe"},
  };
  for (const LargeCase& c : cases) {
    const std::string compressed = Gzip(c.text);
    EXPECT_EQ(compressed.size(), c.bytes);
    EXPECT_EQ(Sha256(compressed), c.sha256) << c.text.size() << " bytes";
  }
}

}  // namespace
}  // namespace cairn::hcl
