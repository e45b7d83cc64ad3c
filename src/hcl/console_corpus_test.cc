// What terraform's console answers to the expressions of tests/hcl/console/, and what we add to that in
// console-own/: tests/hcl/README.md. CAIRN_CORPUS_SHOW=TOPIC prints all differences of a topic.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "hcl/console.h"
#include "hcl/parser.h"
#include "hcl/testing/console_corpus.h"
#include "hcl/testing/corpus_text.h"

namespace cairn::hcl {
namespace {

std::filesystem::path Corpus() {
  const char* folder = std::getenv("CAIRN_SOURCE_DIR");
  return std::filesystem::absolute(folder ? folder : ".") / "tests/hcl";
}

// "console/TOPIC" and "console-own/TOPIC".
std::vector<std::string> Topics() {
  std::vector<std::string> topics;
  for (const std::string folder : {"console", "console-own"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(Corpus() / folder, error)) {
      if (entry.path().extension() != ".txt") continue;
      topics.push_back(Format("{}/{}", folder, entry.path().stem().string()));
    }
  }
  std::ranges::sort(topics);
  return topics;
}

ConsoleAnswerText Ask(const ConsoleCase& one, const ConsoleFixture& fixture) {
  const auto source = std::make_shared<const Source>("<console-input>", one.expression);
  const ParseResult parsed = ParseExpression(source);
  Diagnostics diagnostics = parsed.diagnostics;
  ConsoleAnswerText answer;
  const Node expression = parsed.tree->root();
  if (!diagnostics.has_errors() && CheckReferences(expression, fixture.names(), diagnostics)) {
    answer.printed = ToShown(ConsoleAnswer(expression, fixture.scope(), diagnostics).value_or(""));
  }
  for (const Diagnostic& diagnostic : diagnostics) answer.diagnostics.push_back(ShowDiagnostic(diagnostic));
  return answer;
}

// `-` for the places that the peer does not name.
void ForgetUnnamedPlaces(std::vector<std::string>& lines, const std::vector<std::string>& expected) {
  for (std::string& line : lines) {
    const std::string bare = WithoutRange(line);
    if (std::ranges::find(expected, line) == expected.end() &&
        std::ranges::find(expected, bare) != expected.end()) {
      line = bare;
    }
  }
  std::ranges::sort(lines);
}

class ConsoleCorpus : public testing::TestWithParam<std::string> {};

TEST_P(ConsoleCorpus, AgreesWithTerraform) {
  const std::string& topic = GetParam();
  const auto text = ReadFile((Corpus() / (topic + ".txt")).string(), /*bytes_max=*/1 << 20);
  ASSERT_TRUE(text) << text.error().message;
  const std::vector<ConsoleCase> cases = ReadConsoleCases(*text);
  EXPECT_GE(cases.size(), 10u);
  const std::string folder = (Corpus() / "console").string();
  const ConsoleFixture fixture(folder, CorpusWorld(folder, topic.starts_with("console-own/")));

  const char* show = std::getenv("CAIRN_CORPUS_SHOW");
  std::vector<std::string> differences;
  for (const ConsoleCase& one : cases) {
    const ConsoleAnswerText& wanted = one.differs ? one.ours : one.theirs;
    EXPECT_FALSE(one.differs && one.ours == one.theirs) << one.expression << ": no difference";
    ConsoleAnswerText ours = Ask(one, fixture);
    ForgetUnnamedPlaces(ours.diagnostics, wanted.diagnostics);
    if (ours == wanted) continue;
    differences.push_back(Format(">>> {}\n--- wanted:\n{}\n--- cairn:\n{}\n", ToShown(one.expression),
                                 wanted.Text(), ours.Text()));
    if (show && topic.ends_with(show)) std::puts(differences.back().c_str());
  }
  const std::string first = differences.empty() ? "" : differences.front();
  EXPECT_EQ(differences.size(), 0u) << topic << ": the first is\n" << first;
}

INSTANTIATE_TEST_SUITE_P(Topics, ConsoleCorpus, testing::ValuesIn(Topics()), [](const auto& topic) {
  std::string name = topic.param.substr(topic.param.find('/') + 1);
  return topic.param.starts_with("console-own") ? "own_" + name : name;
});

TEST(ConsoleCorpusTest, IsWhole) {
  EXPECT_GT(Topics().size(), 130u);
}

}  // namespace
}  // namespace cairn::hcl
