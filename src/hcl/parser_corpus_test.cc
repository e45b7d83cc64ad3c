// What terraform accepts and refuses, and where it sees the mistakes: tests/hcl/README.md.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/parser.h"
#include "hcl/testing/corpus_text.h"

namespace cairn::hcl {
namespace {

struct Case {
  std::string title;
  std::string text;
  std::vector<std::string> theirs;  // lines of diagnostics
  std::vector<std::string> ours;    // the same where "--- cairn" follows
  bool differs = false;
};

std::vector<Case> ReadCases(std::string_view corpus) {
  constexpr std::string_view kNoNewline = "␄\n";
  std::vector<Case> cases;
  std::vector<std::string>* answer = nullptr;
  std::string text;
  for (const std::string_view line : Split(corpus, '\n')) {
    if (line.starts_with("=== ")) {
      cases.emplace_back().title = line.substr(4);
      answer = nullptr;
      text.clear();
    } else if (cases.empty()) {
      continue;
    } else if (line == "--- accepted" || line == "--- refused") {
      if (text.ends_with(kNoNewline)) text.resize(text.size() - kNoNewline.size());
      cases.back().text = FromShown(text);
      answer = &cases.back().theirs;
    } else if (line.starts_with("--- cairn: ")) {
      cases.back().differs = true;
      answer = &cases.back().ours;
    } else if (answer == nullptr) {
      text += line;
      text += '\n';
    } else if (!line.empty()) {
      answer->emplace_back(line);
    }
  }
  return cases;
}

// As terraform shows it: where nothing stands, one column.
std::string Show(const Diagnostic& diagnostic, bool in_template) {
  const Position begin = diagnostic.subject->start_position();
  Position end = diagnostic.subject->end_position();
  if (end == begin && !in_template) ++end.column;
  const std::string shown = Format("! {} | {},{}-", diagnostic.summary, begin.line, begin.column);
  return shown + (begin.line == end.line ? Format("{}", end.column) : Format("{},{}", end.line, end.column));
}

class ParserCorpus : public testing::TestWithParam<std::string> {
 public:
  static std::filesystem::path Folder() {
    const char* folder = std::getenv("CAIRN_SOURCE_DIR");
    return std::filesystem::path(folder ? folder : ".") / "tests/hcl/syntax";
  }
};

TEST_P(ParserCorpus, AgreesWithTerraform) {
  const auto corpus = ReadFile((Folder() / (GetParam() + ".txt")).string(), /*bytes_max=*/1 << 20);
  ASSERT_TRUE(corpus) << corpus.error().message;
  const bool templates = corpus->starts_with("# Templates:");
  const auto cases = ReadCases(*corpus);
  EXPECT_GT(cases.size(), 20u);
  for (const Case& one : cases) {
    const auto source = std::make_shared<const Source>("main.tf", one.text);
    const ParseResult result = templates ? ParseTemplate(source) : ParseFile(source);
    std::vector<std::string> said;
    for (const Diagnostic& diagnostic : result.diagnostics) said.push_back(Show(diagnostic, templates));
    if (templates && !one.differs && said.size() > 1) said.resize(1);
    std::vector<std::string> expected = one.differs ? one.ours : one.theirs;
    std::ranges::sort(expected);
    std::ranges::sort(said);
    EXPECT_EQ(said, expected) << one.title << "\n" << one.text;
    EXPECT_FALSE(one.differs && one.ours == one.theirs) << one.title << ": no difference";
  }
}

INSTANTIATE_TEST_SUITE_P(Topics, ParserCorpus,
                         testing::Values("bodies", "expressions", "heredocs", "strings", "templates",
                                         "words"),
                         [](const auto& topic) { return topic.param; });

}  // namespace
}  // namespace cairn::hcl
