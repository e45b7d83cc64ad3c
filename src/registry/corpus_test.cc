// What terraform says about the texts of tests/registry/.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "hcl/parser.h"
#include "hcl/source.h"
#include "registry/cli_config.h"
#include "registry/lock_file.h"
#include "registry/loose_version.h"
#include "registry/mistake.h"
#include "registry/module_source.h"
#include "registry/provider_address.h"
#include "registry/requirement.h"
#include "registry/testing/corpus.h"
#include "registry/version.h"

namespace cairn::registry {
namespace {

std::string Shown(const Mistake& mistake) {
  std::string text = "! " + mistake.summary + " | ";
  for (const char c : mistake.detail) {
    if (c == '\\') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text;
}

TEST(Corpus, AddressesMeanWhatTheyMeanToThePeer) {
  const Corpus corpus = ReadCorpus("addresses.txt");
  EXPECT_GT(corpus.cases.size(), 50U);
  for (const CorpusCase& item : corpus.cases) {
    const auto address = ParseProviderAddress(item.question);
    EXPECT_EQ(address ? ToString(*address) : Shown(address.error()), item.answer) << item.question;
  }
}

TEST(Corpus, ConstraintsChooseWhatThePeerChooses) {
  const Corpus corpus = ReadCorpus("constraints.txt");
  EXPECT_GT(corpus.cases.size(), 100U);
  const size_t begin = corpus.head.find("# Versions: ") + 12;
  const std::string list = corpus.head.substr(begin, corpus.head.find('\n', begin) - begin);
  std::vector<Version> versions;
  for (const std::string_view text : Split(list, ' ')) versions.push_back(*ParseVersion(text));
  std::ranges::sort(versions, ListedBefore);

  for (const CorpusCase& item : corpus.cases) {
    const auto constraints = ParseProviderRequirement(item.question);
    std::string answer;
    if (constraints) {
      std::string chosen = "-";
      for (const Version& version : versions) {
        if (Satisfies(version, *constraints)) chosen = ToString(version);
      }
      answer = ToString(*constraints) + " | " + chosen;
    } else {
      answer = Shown(constraints.error());
    }
    EXPECT_EQ(answer, item.answer) << item.question;
  }
}

TEST(Corpus, RequiredVersionsAllowWhatThePeerAllows) {
  const Corpus corpus = ReadCorpus("required_versions.txt");
  EXPECT_GT(corpus.cases.size(), 50U);
  for (const CorpusCase& item : corpus.cases) {
    const auto constraints = ParseRequiredVersion(item.question);
    const std::string answer = !constraints ? Shown(constraints.error())
                               : Satisfies(*ParseLooseVersion("1.11.4"), *constraints) ? "yes"
                                                                                       : "no";
    EXPECT_EQ(answer, item.answer) << item.question;
  }
}

TEST(Corpus, ModuleSourcesMeanWhatTheyMeanToThePeer) {
  const Corpus corpus = ReadCorpus("module_sources.txt");
  EXPECT_GT(corpus.cases.size(), 40U);
  for (const CorpusCase& item : corpus.cases) {
    const auto source = ParseModuleSource(item.question);
    std::string answer;
    if (!source) {
      answer = "! " + source.error().summary + " | ";
      for (const char c : source.error().detail) {
        if (c != '\n') {
          answer += c;
        } else if (!answer.ends_with(' ')) {
          answer += ' ';
        }
      }
    } else if (source->kind == ModuleSource::Kind::kRegistry) {
      answer = "registry " + source->host;
    } else {
      const bool is_local = source->kind == ModuleSource::Kind::kLocal;
      answer = is_local ? "local " + ToString(*source) : "remote " + PackageText(*source);
    }
    EXPECT_EQ(answer, item.answer) << item.question;
  }
}

TEST(Corpus, LockFilesAreWrongWhereThePeerSaysSo) {
  const Corpus corpus = ReadCorpus("lock_files.txt");
  EXPECT_GT(corpus.cases.size(), 10U);
  for (const CorpusCase& item : corpus.cases) {
    const LockFileRead read =
        ParseLockFile(std::make_shared<hcl::Source>(".terraform.lock.hcl", item.question));
    if (hcl::ParseFile(std::make_shared<hcl::Source>("", item.question)).diagnostics.has_errors()) {
      EXPECT_TRUE(read.diagnostics.has_errors() && item.answer != "accepted") << item.question;
      continue;  // the parser's tests compare the rest
    }
    std::vector<std::string> problems;
    for (const hcl::Diagnostic& diagnostic : read.diagnostics) {
      problems.push_back("! " + diagnostic.summary + ": " + diagnostic.detail);
    }
    std::ranges::sort(problems);
    std::string answer = !read.diagnostics.has_errors() ? "accepted" : "";
    if (answer.empty()) {
      for (const std::string& problem : problems) answer += (answer.empty() ? "" : "\n") + problem;
    }
    EXPECT_EQ(answer, item.answer) << item.question;
  }
}

TEST(Corpus, CliConfigurationsAreWrongWhereThePeerSaysSo) {
  const Corpus corpus = ReadCorpus("cli_configs.txt");
  EXPECT_GT(corpus.cases.size(), 20U);
  for (const CorpusCase& item : corpus.cases) {
    const auto environment = [](std::string_view) { return std::optional<std::string>("/users/ada"); };
    const CliConfigRead read =
        ParseCliConfig(std::make_shared<hcl::Source>("rc", item.question), environment);
    std::set<std::string> problems;
    for (const hcl::Diagnostic& diagnostic : read.diagnostics) {
      const bool is_syntax = diagnostic.summary.starts_with("Error parsing");
      std::string line = is_syntax ? "! syntax" : Shown({diagnostic.summary, diagnostic.detail});
      while (line.ends_with(' ')) line.pop_back();
      problems.insert(line);
    }
    std::string answer;
    for (const std::string& problem : problems) answer += (answer.empty() ? "" : "\n") + problem;
    EXPECT_EQ(answer.empty() ? "accepted" : answer, item.answer) << item.question;
  }
}

}  // namespace
}  // namespace cairn::registry
