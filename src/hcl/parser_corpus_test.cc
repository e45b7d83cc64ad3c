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
#include "hcl/testing/case_corpus.h"

namespace cairn::hcl {
namespace {

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
  const auto cases = ReadCorpusCases(*corpus);
  EXPECT_GT(cases.size(), 20u);
  for (const CorpusCase& one : cases) {
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
