#include "hcl/unicode.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cairn::hcl {
namespace {

std::vector<std::string> Clusters(std::string_view text) {
  std::vector<std::string> clusters;
  for (; !text.empty(); text.remove_prefix(GraphemeLength(text))) {
    clusters.emplace_back(text.substr(0, GraphemeLength(text)));
  }
  return clusters;
}

TEST(Unicode, PartsTextIntoGraphemeClusters) {
  using List = std::vector<std::string>;
  EXPECT_EQ(Clusters(""), List());
  EXPECT_EQ(Clusters("ab"), (List{"a", "b"}));
  EXPECT_EQ(Clusters("a\r\nb\n\r"), (List{"a", "\r\n", "b", "\n", "\r"}));
  EXPECT_EQ(Clusters("e\u0301x"), (List{"e\u0301", "x"}));
  EXPECT_EQ(Clusters("👨‍👩‍👧‍👦!"), (List{"👨‍👩‍👧‍👦", "!"}));
  EXPECT_EQ(Clusters("🇩🇪🇫🇷"), (List{"🇩🇪", "🇫🇷"}));
  EXPECT_EQ(Clusters("각"), (List{"각"}));  // conjoining jamo
  EXPECT_EQ(Clusters("\xFF\xFE"
                     "a"),
            (List{"\xFF", "\xFE", "a"}));
}

TEST(Unicode, CountsClusters) {
  EXPECT_EQ(CountGraphemes(""), 0u);
  EXPECT_EQ(CountGraphemes("noe\u0308l"), 4u);
}

TEST(Unicode, NormalizesToFormC) {
  EXPECT_EQ(Normalize("plain"), "plain");
  EXPECT_EQ(Normalize("e\u0301"), "\u00e9");
  EXPECT_EQ(Normalize("\u212b"), "\u00c5");  // ANGSTROM SIGN
  EXPECT_EQ(Normalize("a\xFF"
                      "b"),
            "a\uFFFDb");
  EXPECT_EQ(Normalize(std::string_view("a\0\u00e9", 4)), std::string_view("a\0\u00e9", 4));
}

TEST(Unicode, MapsLetterCaseCharacterByCharacter) {
  EXPECT_EQ(ToUpper("straße é ǆ"), "STRAßE É Ǆ");
  EXPECT_EQ(ToLower("ΣΑΣ"), "σασ");  // no final sigma: the mapping does not look at neighbours
  EXPECT_EQ(ToTitle(U'ǆ'), U'ǅ');
}

TEST(Unicode, KnowsIdentifiers) {
  EXPECT_TRUE(IsIdentifierStart(U'é'));
  EXPECT_TRUE(IsIdentifierStart(U'日'));
  EXPECT_TRUE(IsIdentifierStart(U'Ⅷ'));
  EXPECT_FALSE(IsIdentifierStart(U'_'));
  EXPECT_FALSE(IsIdentifierStart(U'1'));
  EXPECT_FALSE(IsIdentifierStart(U'€'));
  EXPECT_TRUE(IsIdentifierContinue(U'1'));
  EXPECT_TRUE(IsIdentifierContinue(U'_'));
  EXPECT_TRUE(IsIdentifierContinue(U'\u0301'));
  EXPECT_TRUE(IsIdentifierContinue(U'·'));
  EXPECT_FALSE(IsIdentifierContinue(U'-'));
}

TEST(Unicode, KnowsSpaces) {
  for (const char32_t c : {U' ', U'\t', U'\u0085', U'\u00a0', U'\u2028', U'\u3000'}) EXPECT_TRUE(IsSpace(c));
  EXPECT_FALSE(IsSpace(U'\u200b'));
}

TEST(Unicode, MeasuresColumnsOfATerminal) {
  EXPECT_EQ(DisplayWidth("a"), 1u);
  EXPECT_EQ(DisplayWidth("日本"), 2u);
  EXPECT_EQ(DisplayWidth("👨‍👩‍👧‍👦"), 2u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
  EXPECT_EQ(DisplayWidth(""), 0u);
}

TEST(Unicode, DecodesWhatIsNotUtf8AsReplacement) {
  size_t length = 0;
  EXPECT_EQ(DecodeCharacter("\xC0\x80", length), char32_t(0xFFFD));
  EXPECT_EQ(length, 1u);
  EXPECT_EQ(DecodeCharacter("€", length), U'€');
  EXPECT_EQ(length, 3u);
}

TEST(StablePrefix, LeavesOffWhatMayYetChange) {
  const struct {
    std::string_view text, prefix;
  } kFacts[] = {
      {"", ""},
      {"a", ""},
      {"boo", "bo"},
      {"boop\r", "boop"},
      {"hello \uac00", "hello "},
      {"hello \U0001f937\U0001f3fd\u200d\u2642\ufe0f", "hello "},
      {"hello \U0001f937 ", "hello \U0001f937 "},
      {"hello \U0001f1e6\U0001f1e6", "hello "},
      {"vpc-", "vpc-"},
      {"vpc-1", "vpc-"},
      {"e\u0301", ""},
      {"x \u00e9", "x "},
      {"a=", "a"},
      {R"({"a":)", R"({"a":)"},
      {"a\xff", "a"},
  };
  for (const auto& fact : kFacts) EXPECT_EQ(StablePrefix(fact.text), fact.prefix) << fact.text;
}

}  // namespace
}  // namespace cairn::hcl
