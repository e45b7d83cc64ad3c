#include "base/settings.h"

#include <gtest/gtest.h>
#include <stdio.h>

#include <fstream>
#include <map>

#include "base/testing/temporary_directory.h"

namespace cairn {
namespace {

using namespace std::chrono_literals;

Result<std::string> ParseEven(std::string_view text) {
  if (text.size() % 2 == 0) return std::string(text);
  return Fail(ErrorCode::kInvalid, Quote(text) + " is odd");
}

enum class Source { kMemory, kRedis };

class SettingsTest : public testing::Test {
 protected:
  SettingsTest()
      : settings_({.name = "count-er",
                   .summary = "numbers over HTTP",
                   .version = "1.2.3",
                   .arguments = "[ADDRESS...]",
                   .arguments_max = 2,
                   .details = "Examples:\n  count-er --listen :80\n"}) {
    settings_.AddString(
        {.name = "listen",
         .value = "HOST:PORT",
         .env = "COUNTER_LISTEN",
         .default_text = ":8080",
         .help = "Address to serve. It's a [host], which may be empty for all addresses, and the "
                 "number of a port.",
         .group = "Listening"},
        listen_);
    settings_.AddBool({.name = "verbose", .env = "COUNTER_VERBOSE", .help = "Say more.", .group = "Other"},
                      verbose_);
    settings_.AddInt({.name = "port", .value = "N", .env = "PORT", .help = "Port."}, port_, 1, 65000);
    settings_.AddDuration({.name = "wait", .value = "DURATION", .default_text = "2s", .help = "Wait."}, wait_,
                          1ms, 1h);
    settings_.AddSize(
        {.name = "a-name-that-is-too-long", .value = "SIZE", .default_text = "1MiB", .help = "Size."}, size_,
        1, 1 << 30);
    settings_.AddChoice(
        {.name = "source", .value = "memory|redis", .default_text = "memory", .help = "Where."}, source_,
        {{"memory", Source::kMemory}, {"redis", Source::kRedis}});
    settings_.Add({.name = "even", .value = "TEXT", .help = "Even."}, even_, ParseEven);
  }

  Result<Invocation> Parse(std::vector<const char*> words) {
    words.insert(words.begin(), "count-er");
    return settings_.Parse(static_cast<int>(words.size()), words.data(), [this](const char* name) {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  std::string ErrorOf(const std::vector<const char*>& words) {
    const Result<Invocation> result = Parse(words);
    return result ? "" : result.error().message;
  }

  std::map<std::string, std::string> environment_;
  std::string listen_, even_;
  bool verbose_ = false;
  uint16_t port_ = 7;
  Duration wait_{};
  uint64_t size_ = 0;
  Source source_ = Source::kRedis;
  Settings settings_;
};

TEST_F(SettingsTest, DefaultsHoldWhereNothingIsSaid) {
  const Result<Invocation> result = Parse({});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->output.empty());
  EXPECT_TRUE(result->arguments.empty());
  EXPECT_EQ(listen_, ":8080");
  EXPECT_EQ(port_, 7);
  EXPECT_EQ(wait_, Duration(2s));
  EXPECT_EQ(size_, 1048576u);
  EXPECT_EQ(source_, Source::kMemory);
}

TEST_F(SettingsTest, FlagsPrecedeEnvironmentPrecedesDefaults) {
  environment_ = {{"COUNTER_LISTEN", ":1"}, {"COUNTER_VERBOSE", "Yes"}, {"PORT", "nonsense"}};
  ASSERT_TRUE(Parse({"--port=3"}));
  EXPECT_EQ(listen_, ":1");
  EXPECT_TRUE(verbose_);
  EXPECT_EQ(port_, 3);
  ASSERT_TRUE(Parse({"--port", "4", "--listen", ":2", "--no-verbose"}));
  EXPECT_EQ(listen_, ":2");
  EXPECT_FALSE(verbose_);
}

TEST_F(SettingsTest, AnEmptyVariableCountsAsUnset) {
  environment_ = {{"COUNTER_LISTEN", ""}, {"PORT", ""}};
  ASSERT_TRUE(Parse({}));
  EXPECT_EQ(listen_, ":8080");
  EXPECT_EQ(port_, 7);
}

TEST_F(SettingsTest, KnowsTheFormsOfFlags) {
  const Result<Invocation> result = Parse(
      {"a", "--listen=", "--source", "redis", "--verbose", "--wait=1m30s", "--even", "-1", "--", "--b"});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->arguments, (std::vector<std::string>{"a", "--b"}));
  EXPECT_EQ(listen_, "");
  EXPECT_EQ(source_, Source::kRedis);
  EXPECT_TRUE(verbose_);
  EXPECT_EQ(wait_, Duration(90s));
  EXPECT_EQ(even_, "-1");
  ASSERT_TRUE(Parse({"--verbose=off", "--listen", "x", "--listen", "y", "-"}));
  EXPECT_FALSE(verbose_);
  EXPECT_EQ(listen_, "y");
}

TEST_F(SettingsTest, MistakesAreOneLineThatSaysWhere) {
  EXPECT_EQ(ErrorOf({"--port", "65001"}),
            R"(count-er: --port: "65001" is not a whole number from 1 to 65000)");
  EXPECT_EQ(ErrorOf({"--port=8a"}), R"(count-er: --port: "8a" is not a whole number from 1 to 65000)");
  EXPECT_EQ(ErrorOf({"--wait", "2h"}),
            R"(count-er: --wait: "2h" is not a duration from 1ms to 1h, such as 500ms, 2s or 1m30s)");
  EXPECT_EQ(
      ErrorOf({"--a-name-that-is-too-long=0"}),
      R"(count-er: --a-name-that-is-too-long: "0" is not a size from 1B to 1GiB, such as 4096, 64KiB or 1MiB)");
  EXPECT_EQ(ErrorOf({"--source=\n"}), R"(count-er: --source: "\n" is not one of memory, redis)");
  EXPECT_EQ(ErrorOf({"--even", "abc"}), R"(count-er: --even: "abc" is odd)");
  EXPECT_EQ(ErrorOf({"--listen"}), "count-er: --listen: needs a value: --listen=HOST:PORT");
  EXPECT_EQ(ErrorOf({"--listen", "--verbose"}), "count-er: --listen: needs a value: --listen=HOST:PORT");
  EXPECT_EQ(ErrorOf({"--no-verbose=1"}), "count-er: --no-verbose: takes no value");
  EXPECT_EQ(ErrorOf({"--completion=tcsh"}),
            R"(count-er: --completion: "tcsh" is not one of bash, zsh, fish)");
  EXPECT_EQ(ErrorOf({"a", "b", "c\n"}), R"(count-er: unexpected argument "c\n")");
  environment_ = {{"COUNTER_VERBOSE", "maybe"}};
  EXPECT_EQ(ErrorOf({}),
            R"(count-er: environment variable COUNTER_VERBOSE: "maybe" is neither true nor false)");
}

TEST_F(SettingsTest, SuggestsTheFlagThatWasMeant) {
  EXPECT_EQ(ErrorOf({"--lisen=x"}), "count-er: unknown flag --lisen; did you mean --listen?");
  EXPECT_EQ(ErrorOf({"-wait"}), "count-er: unknown flag -wait; did you mean --wait?");
  EXPECT_EQ(ErrorOf({"--no-verbos"}), "count-er: unknown flag --no-verbos; did you mean --no-verbose?");
  EXPECT_EQ(ErrorOf({"--no-listen"}), "count-er: unknown flag --no-listen; did you mean --listen?");
  EXPECT_EQ(ErrorOf({"--xyz\n"}), R"(count-er: unknown flag --xyz\n; count-er --help lists the flags)");
}

TEST_F(SettingsTest, HelpPrecedesMistakes) {
  for (const char* help : {"--help", "-h"}) {
    const Result<Invocation> result = Parse({"--nonsense", help});
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->output.starts_with("count-er: numbers over HTTP\n"));
  }
  EXPECT_EQ(Parse({"--version"})->output, "count-er 1.2.3\n");
}

TEST_F(SettingsTest, HelpIsGroupedAndWrapped) {
  EXPECT_EQ(Parse({"--help"})->output, R"(count-er: numbers over HTTP

Usage: count-er [FLAG...] [ADDRESS...]

Listening:
  --listen HOST:PORT          Address to serve. It's a [host], which may be empty for all addresses,
                              and the number of a port.
                              [env COUNTER_LISTEN; default :8080]

Other:
  --[no-]verbose              Say more.
                              [env COUNTER_VERBOSE]

Flags:
  --port N                    Port.
                              [env PORT]
  --wait DURATION             Wait.
                              [default 2s]
  --a-name-that-is-too-long SIZE
                              Size.
                              [default 1MiB]
  --source memory|redis       Where.
                              [default memory]
  --even TEXT                 Even.

Help:
  -h, --help                  Print this text and exit.
  --version                   Print the version and exit.
  --completion bash|zsh|fish  Print a completion script, to be sourced by the shell, and exit.

Examples:
  count-er --listen :80
)");
}

// Runs `command` in a shell; the standard output.
std::string ShellOutput(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string out;
  char buffer[4096];
  for (size_t count; (count = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, count);
  ::pclose(pipe);
  return out;
}

TEST_F(SettingsTest, BashCompletes) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "c") << Parse({"--completion", "bash"})->output;
  const auto complete = [&](const std::string& words, int index) {
    return ShellOutput("bash -c '. " + directory / "c" + "; COMP_WORDS=(" + words +
                       "); COMP_CWORD=" + std::to_string(index) + "; _count_er; echo ${COMPREPLY[@]}'");
  };
  EXPECT_EQ(complete("count-er --ver", 1), "--version --verbose\n");
  EXPECT_EQ(complete("count-er --source m", 2), "memory\n");
  EXPECT_EQ(complete("count-er --source = r", 3), "redis\n");
  EXPECT_EQ(complete("count-er --source =", 2), "memory redis\n");
  EXPECT_EQ(complete("count-er --listen \"\"", 2), "\n");
}

TEST_F(SettingsTest, FishCompletes) {
  if (ShellOutput("command -v fish").empty()) GTEST_SKIP() << "fish is not installed";
  const TemporaryDirectory directory;
  std::ofstream(directory / "c") << Parse({"--completion", "fish"})->output;
  const auto complete = [&](const std::string& line) {
    return ShellOutput("HOME=" + directory.path() + " fish --no-config -c 'source " + directory / "c" +
                       "; complete -C \"" + line + "\"'");
  };
  EXPECT_EQ(complete("count-er --ver"), "--verbose\tSay more\n--version\tPrint the version and exit\n");
  EXPECT_EQ(complete("count-er --source "), "memory\tWhere\nredis\tWhere\n");
}

TEST_F(SettingsTest, ZshAcceptsTheScript) {
  const std::string script = Parse({"--completion", "zsh"})->output;
  EXPECT_NE(script.find(R"('--listen=[Address to serve]:HOST\:PORT:_files')"), std::string::npos);
  EXPECT_NE(script.find(R"('--source=[Where]:memory|redis:(memory redis)')"), std::string::npos);
  if (ShellOutput("command -v zsh").empty()) GTEST_SKIP() << "zsh is not installed";
  const TemporaryDirectory directory;
  std::ofstream(directory / "c") << script;
  EXPECT_EQ(ShellOutput("zsh -fc 'autoload -Uz compinit; compinit -D -u; . " + directory / "c" +
                        "; print ${_comps[count-er]}' 2>&1"),
            "_count_er\n");
}

}  // namespace
}  // namespace cairn
