// What terraform's console answers to the expressions of tests/hcl/console/, and what we add to that in
// console-own/: tests/hcl/README.md. CAIRN_CORPUS_SHOW=TOPIC prints all differences of a topic.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
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

// How many cases of a topic do not agree yet. Exactly so many: whoever mends one, counts down.
const std::map<std::string, size_t, std::less<>> kDifferences = {
    {"console-own/plantimestamp", 11},
    {"console/calls", 1},
    {"console/fn_abs", 1},
    {"console/fn_abspath", 24},
    {"console/fn_base64decode", 33},
    {"console/fn_base64encode", 25},
    {"console/fn_base64gzip", 62},
    {"console/fn_base64sha256", 21},
    {"console/fn_base64sha512", 19},
    {"console/fn_basename", 25},
    {"console/fn_bcrypt", 39},
    {"console/fn_cidrhost", 53},
    {"console/fn_cidrnetmask", 24},
    {"console/fn_cidrsubnet", 53},
    {"console/fn_cidrsubnets", 43},
    {"console/fn_contains", 3},
    {"console/fn_csvdecode", 45},
    {"console/fn_dirname", 26},
    {"console/fn_element", 2},
    {"console/fn_file", 34},
    {"console/fn_filebase64", 23},
    {"console/fn_filebase64sha256", 19},
    {"console/fn_filebase64sha512", 17},
    {"console/fn_fileexists", 22},
    {"console/fn_filemd5", 18},
    {"console/fn_fileset", 59},
    {"console/fn_filesha1", 17},
    {"console/fn_filesha256", 17},
    {"console/fn_filesha512", 17},
    {"console/fn_format", 8},
    {"console/fn_formatdate", 82},
    {"console/fn_formatlist", 4},
    {"console/fn_indent", 1},
    {"console/fn_issensitive", 2},
    {"console/fn_jsondecode", 83},
    {"console/fn_jsonencode", 53},
    {"console/fn_log", 2},
    {"console/fn_md5", 21},
    {"console/fn_parseint", 2},
    {"console/fn_pathexpand", 23},
    {"console/fn_pow", 1},
    {"console/fn_range", 1},
    {"console/fn_regex", 2},
    {"console/fn_regexall", 1},
    {"console/fn_replace", 1},
    {"console/fn_rsadecrypt", 37},
    {"console/fn_sensitive", 1},
    {"console/fn_sha1", 19},
    {"console/fn_sha256", 19},
    {"console/fn_sha512", 19},
    {"console/fn_strcontains", 2},
    {"console/fn_templatefile", 59},
    {"console/fn_templatestring", 48},
    {"console/fn_textdecodebase64", 48},
    {"console/fn_textencodebase64", 52},
    {"console/fn_timeadd", 57},
    {"console/fn_timecmp", 42},
    {"console/fn_timestamp", 11},
    {"console/fn_tobool", 1},
    {"console/fn_tonumber", 1},
    {"console/fn_transpose", 2},
    {"console/fn_type", 14},
    {"console/fn_urlencode", 26},
    {"console/fn_uuid", 11},
    {"console/fn_uuidv5", 38},
    {"console/fn_yamldecode", 127},
    {"console/fn_yamlencode", 72},
    {"console/heredocs", 1},
    {"console/marks", 7},
    {"console/nulls", 6},
    {"console/printing", 3},
    {"console/unknowns", 12},
};

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
  const auto known = kDifferences.find(topic);
  const size_t expected = known == kDifferences.end() ? 0 : known->second;
  const std::string first = differences.empty() ? "" : differences.front();
  EXPECT_EQ(differences.size(), expected) << topic << ": the first is\n" << first;
}

INSTANTIATE_TEST_SUITE_P(Topics, ConsoleCorpus, testing::ValuesIn(Topics()), [](const auto& topic) {
  std::string name = topic.param.substr(topic.param.find('/') + 1);
  return topic.param.starts_with("console-own") ? "own_" + name : name;
});

TEST(ConsoleCorpusTest, IsWhole) {
  const std::vector<std::string> topics = Topics();
  EXPECT_GT(topics.size(), 130u);
  for (const auto& [topic, count] : kDifferences) {
    EXPECT_TRUE(std::ranges::binary_search(topics, topic)) << topic;
    EXPECT_GT(count, 0u) << topic;
  }
}

}  // namespace
}  // namespace cairn::hcl
