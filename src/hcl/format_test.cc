// What terraform makes of the same text: tests/hcl/README.md.

#include "hcl/format.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/parser.h"
#include "hcl/testing/corpus_text.h"

namespace cairn::hcl {
namespace {

struct Case {
  std::string title;
  std::string text;
  std::string answer;  // of "--- formatted"
  enum { kNone, kFormatted, kUnchanged, kRefused } verdict = kNone;
};

// Without U+2404 and the newline behind it, which stand for no newline.
std::string Decode(std::string_view shown) {
  constexpr std::string_view kNoNewline = "␄\n";
  if (shown.ends_with(kNoNewline)) shown.remove_suffix(kNoNewline.size());
  return FromShown(shown);
}

// The empty line before a case belongs to no text.
void WithoutEmptyLine(std::string& text) {
  if (text == "\n" || text.ends_with("\n\n")) text.pop_back();
}

std::vector<Case> ReadCases(std::string_view corpus) {
  std::vector<Case> cases;
  for (const std::string_view line : Split(corpus, '\n')) {
    if (line.starts_with("=== ")) {
      if (!cases.empty()) WithoutEmptyLine(cases.back().answer);
      cases.push_back({.title = std::string(line.substr(4)), .text = {}, .answer = {}});
    } else if (cases.empty()) {
      continue;
    } else if (line.starts_with("--- ")) {
      cases.back().verdict = line == "--- formatted"   ? Case::kFormatted
                             : line == "--- unchanged" ? Case::kUnchanged
                                                       : Case::kRefused;
    } else {
      Case& last = cases.back();
      (last.verdict == Case::kNone ? last.text : last.answer).append(line).append("\n");
    }
  }
  if (!cases.empty()) WithoutEmptyLine(cases.back().answer);  // what follows the last newline
  for (Case& one : cases) {
    one.text = Decode(one.text);
    one.answer = one.verdict == Case::kUnchanged ? one.text : Decode(one.answer);
  }
  return cases;
}

ParseResult Parse(std::string text) {
  return ParseFile(std::make_shared<const Source>("main.tf", std::move(text)));
}

// Between standard input and output the peer ends each text with a newline.
std::string Ended(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

class FormatCorpus : public testing::TestWithParam<std::string> {};

TEST_P(FormatCorpus, AgreesWithTerraform) {
  const char* folder = std::getenv("CAIRN_SOURCE_DIR");
  const auto path = std::filesystem::path(folder ? folder : ".") / "tests/hcl/fmt" / (GetParam() + ".txt");
  const auto corpus = ReadFile(path.string(), /*bytes_max=*/1 << 20);
  ASSERT_TRUE(corpus) << corpus.error().message;
  const std::vector<Case> cases = ReadCases(*corpus);
  EXPECT_GT(cases.size(), 5u);
  for (const Case& one : cases) {
    const ParseResult parsed = Parse(one.text);
    EXPECT_EQ(parsed.diagnostics.has_errors(), one.verdict == Case::kRefused) << one.title;
    if (parsed.diagnostics.has_errors()) continue;
    EXPECT_EQ(Ended(*FormatFile(*parsed.tree)), one.answer) << one.title;
  }
}

INSTANTIATE_TEST_SUITE_P(Topics, FormatCorpus,
                         testing::Values("alignment", "files", "heredocs", "labels", "layout", "oddities",
                                         "refused", "spacing", "templates", "types"),
                         [](const auto& topic) { return topic.param; });

TEST(Format, AddsNoNewlineAtTheEnd) {
  EXPECT_EQ(*FormatFile(*Parse("a=1").tree), "a = 1");
  EXPECT_EQ(*FormatFile(*Parse("").tree), "");
}

TEST(Format, RefusesWhatWouldGrowTooLarge) {
  const std::string text = std::string(1000, 'a') + "=1\nb=1\nc=1\n";  // 3 lines of 1004 characters
  const ParseResult parsed = Parse(text);
  EXPECT_EQ(FormatFile(*parsed.tree, 3014).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(FormatFile(*parsed.tree, 3015)->size(), 3015u);
}

}  // namespace
}  // namespace cairn::hcl
