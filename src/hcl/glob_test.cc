#include "hcl/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hcl/testing/memory_files.h"

namespace cairn::hcl {
namespace {

std::string Matched(std::string_view pattern, std::string_view name) {
  const Result<bool> matched = MatchName(pattern, name);
  if (!matched) return matched.error().message;
  return *matched ? "yes" : "no";
}

// The answers are those of doublestar 1.1.5.
TEST(Glob, MatchesNames) {
  struct Case {
    std::string_view pattern, name, expected;
  };
  constexpr std::string_view kBad = "syntax error in pattern";
  const Case cases[] = {
      {"a", "a", "yes"},
      {"a", "ab", "no"},
      {"*", ".hidden", "yes"},
      {"a*", "a", "yes"},
      {"a*c", "abbc", "yes"},
      {"a*c", "abcb", "no"},
      {"*b*", "abc", "yes"},
      {"**", "abc", "yes"},
      {"a**", "a", "yes"},
      {"?", "\u65e5", "yes"},
      {"??", "\u65e5", "no"},
      {"\\*", "*", "yes"},
      {"\\*", "a", "no"},
      {"[a-c]x", "bx", "yes"},
      {"[a-c]x", "dx", "no"},
      {"[^a-c]", "d", "yes"},
      {"[^a-c]", "a", "no"},
      {"[!a]", "!", "yes"},
      {"[\\]]", "]", "yes"},
      {"[\\-a]", "-", "yes"},
      {"[^]", "x", "yes"},  // sic
      {"[\u00e0-\u00ff]", "\u00e9", "yes"},
      {"{a,b}c", "bc", "yes"},
      {"{a,b}c", "cc", "no"},
      {"{a,}c", "c", "yes"},
      {"{a\\,b}", "a,b", "yes"},
      {"{*.txt,*.md}", "x.md", "yes"},
      {"*{,b}", "a", "no"},  // sic
      {"*.txt", "\u00e9.txt", "yes"},
      {"*.txt", "\u00e9a.txt", "no"},  // sic
      {"a*{b,}", "a", "no"},
      {"{a,{b,c}}", "a}", "yes"},  // not nested: sic
      {"[]", "a", kBad},
      {"[a", "a", kBad},
      {"[-a]", "a", kBad},
      {"[a-]", "a", kBad},
      {"[a--]", "a", kBad},
      {"[\\", "a", kBad},
      {"{a", "a", kBad},
      {"\\", "a", kBad},
      {"b[", "a", "no"},  // not read so far: sic
      {"*[", "a", "no"},  // sic
      {"*{", "a", "no"},
  };
  for (const Case& c : cases) EXPECT_EQ(Matched(c.pattern, c.name), c.expected) << c.pattern << " " << c.name;
}

class GlobInFiles : public testing::Test {
 protected:
  std::vector<std::string> Find(std::string_view pattern) {
    const auto found = Glob(files_, pattern);
    return found ? *found : std::vector<std::string>{"error: " + found.error().message};
  }

  MemoryFiles files_{{{"main.tf", ""},
                      {"a/x.txt", ""},
                      {"a/b/y.txt", ""},
                      {"a/b/c/z.tf", ""},
                      {"d/br[1].txt", ""},
                      {"/etc/hosts", ""}},
                     {{"broken", FileReader::Kind::kMissing}}};
};

TEST_F(GlobInFiles, FindsPaths) {
  using testing::ElementsAre;
  EXPECT_THAT(Find("*"), ElementsAre("a", "broken", "d", "main.tf"));
  EXPECT_THAT(Find("a/*"), ElementsAre("a/b", "a/x.txt"));
  EXPECT_THAT(Find("**"), ElementsAre("a", "a/b", "a/b/c", "a/b/c/z.tf", "a/b/y.txt", "a/x.txt", "d",
                                      "d/br[1].txt", "main.tf"));
  EXPECT_THAT(Find("**/*.txt"), ElementsAre("a/b/y.txt", "a/x.txt", "d/br[1].txt"));
  EXPECT_THAT(Find("**/b/**/*.tf"), ElementsAre("a/b/c/z.tf"));
  EXPECT_THAT(Find("*/*/*/*"), ElementsAre("a/b/c/z.tf"));
  EXPECT_THAT(Find("/etc/h*"), ElementsAre("/etc/hosts"));
  EXPECT_THAT(Find("d/br\\[1\\].txt"), ElementsAre("d/br[1].txt"));
  EXPECT_THAT(Find("a/x.txt"), ElementsAre("a/x.txt"));
  EXPECT_THAT(Find("a/x.txt/*"), ElementsAre());
  EXPECT_THAT(Find("nothing"), ElementsAre());
  EXPECT_THAT(Find("."), ElementsAre("."));
}

TEST_F(GlobInFiles, RefusesMalformedPatternsWhereThereIsSomethingToMatch) {
  EXPECT_THAT(Find("d/["), testing::ElementsAre("error: syntax error in pattern"));
  EXPECT_THAT(Find("nothing/["), testing::ElementsAre());
}

TEST_F(GlobInFiles, KeepsItsLimits) {
  EXPECT_EQ(Glob(files_, "**", {.folders_max = 2}).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(Glob(files_, "**", {.folders_max = 5}).value_or(std::vector<std::string>()).size(), 9u);
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  const std::string name(200, 'a');
  EXPECT_EQ(MatchName(pattern + "b", name, {.steps_max = 100'000}).error().code, ErrorCode::kOverloaded);
  std::string empty_alternatives;
  for (int i = 0; i < 100'000; ++i) empty_alternatives += "{}";
  EXPECT_EQ(MatchName(empty_alternatives, name).error().code, ErrorCode::kOverloaded);
}

}  // namespace
}  // namespace cairn::hcl
