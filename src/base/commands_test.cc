#include "base/commands.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "base/testing/temporary_directory.h"

namespace cairn {
namespace {

class CommandsTest : public testing::Test {
 protected:
  CommandsTest() {
    format_.AddBool({.name = "check", .help = "Check only."}, check_);
    format_.AddRepeated({.name = "var", .value = "NAME=VALUE", .help = "A variable."},
                        [this](std::string_view text) -> Result<> {
                          if (text == "bad") return Fail(ErrorCode::kInvalid, "\"bad\" is bad");
                          variables_.emplace_back(text);
                          return {};
                        });
    parse_.AddString({.name = "kind", .value = "KIND", .help = "What it is."}, kind_);
    commands_.Add(format_, [this](const std::vector<std::string>& arguments) {
      arguments_ = arguments;
      return 7;
    });
    commands_.Add(parse_, [](const std::vector<std::string>&) { return 8; });
  }

  int Run(std::vector<const char*> words) {
    words.insert(words.begin(), "tool-x");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = commands_.Run(int(words.size()), words.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  Settings format_{{.name = "tool-x",
                    .summary = "lays out",
                    .version = "",
                    .arguments = "FILE...",
                    .arguments_max = 5,
                    .command = "fmt",
                    .single_dash = true}};
  Settings parse_{{.name = "tool-x", .summary = "reads", .version = "", .command = "parse"}};
  Commands commands_{{.name = "tool-x", .summary = "a tool", .version = "1.2.3"}};
  bool check_ = false;
  std::string kind_, out_, err_;
  std::vector<std::string> variables_, arguments_;
};

TEST_F(CommandsTest, RunsTheCommandWithItsFlagsAndArguments) {
  EXPECT_EQ(Run({"fmt", "-check", "a", "--var", "x=1", "-var=y=2", "-", "-1", "--", "-check"}), 7);
  EXPECT_TRUE(check_);
  EXPECT_EQ(variables_, (std::vector<std::string>{"x=1", "y=2"}));
  EXPECT_EQ(arguments_, (std::vector<std::string>{"a", "-", "-1", "-check"}));
  EXPECT_EQ(Run({"parse", "--kind", "z"}), 8);
  EXPECT_EQ(kind_, "z");
}

TEST_F(CommandsTest, TakesFalseAfterOneDash) {
  check_ = true;
  EXPECT_EQ(Run({"fmt", "-check=false"}), 7);
  EXPECT_FALSE(check_);
  EXPECT_EQ(Run({"fmt", "-no-check"}), 7);
  EXPECT_FALSE(check_);
}

TEST_F(CommandsTest, SaysWhatIsWrong) {
  EXPECT_EQ(Run({"fmt", "-chek"}), 2);
  EXPECT_EQ(err_, "tool-x fmt: unknown flag -chek; did you mean --check?\n");
  EXPECT_EQ(Run({"fmt", "-var=bad"}), 2);
  EXPECT_EQ(err_, "tool-x fmt: --var: \"bad\" is bad\n");
  EXPECT_EQ(Run({"parse", "-kind"}), 2);  // one dash is no flag there
  EXPECT_EQ(Run({"format\n"}), 2);
  EXPECT_EQ(err_, "tool-x: unknown command format\\n; tool-x --help lists the commands\n");
  EXPECT_EQ(Run({"--check"}), 2);
  EXPECT_EQ(err_, "tool-x: unknown flag --check; tool-x --help lists the commands\n");
  EXPECT_EQ(Run({"--completion", "tcsh"}), 2);
  EXPECT_EQ(err_, "tool-x: --completion: \"tcsh\" is not one of bash, zsh, fish\n");
}

TEST_F(CommandsTest, Helps) {
  EXPECT_EQ(Run({}), 2);
  const std::string help = err_;
  for (const char* word : {"--help", "-help", "-h", "help"}) {
    EXPECT_EQ(Run({word}), 0);
    EXPECT_EQ(out_, help);
  }
  EXPECT_NE(help.find("\n  fmt    lays out\n  parse  reads\n"), std::string::npos) << help;
  EXPECT_EQ(Run({"fmt", "--help"}), 0);
  const std::string of_command = out_;
  EXPECT_TRUE(of_command.starts_with("tool-x fmt: lays out\n\nUsage: tool-x fmt [FLAG...] FILE...\n"));
  EXPECT_EQ(of_command.find("--completion"), std::string::npos);
  EXPECT_EQ(Run({"help", "fmt"}), 0);
  EXPECT_EQ(out_, of_command);
  EXPECT_EQ(Run({"--version"}), 0);
  EXPECT_EQ(out_, "tool-x 1.2.3\n");
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

TEST_F(CommandsTest, BashCompletesCommandsAndTheirFlags) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "c") << commands_.Completion("bash");
  const auto complete = [&](const std::string& words, int index) {
    return ShellOutput("bash -c '. " + directory / "c" + "; COMP_WORDS=(" + words +
                       "); COMP_CWORD=" + std::to_string(index) + "; _tool_x; echo ${COMPREPLY[@]}'");
  };
  EXPECT_EQ(complete("tool-x \"\"", 1), "fmt parse --help --version --completion\n");
  EXPECT_EQ(complete("tool-x p", 1), "parse\n");
  EXPECT_EQ(complete("tool-x fmt --c", 2), "--check\n");
  EXPECT_EQ(complete("tool-x parse --", 2), "--help --kind\n");
}

TEST_F(CommandsTest, ZshAndFishAcceptTheScripts) {
  const TemporaryDirectory directory;
  for (const std::string shell : {"zsh", "fish"}) {
    const std::string script = commands_.Completion(shell);
    EXPECT_NE(script.find("check"), std::string::npos);
    std::ofstream(directory / shell) << script;
    if (ShellOutput("command -v " + shell).empty()) continue;
    EXPECT_EQ(ShellOutput(shell + " -n " + directory / shell + " 2>&1"), "");
  }
}

}  // namespace
}  // namespace cairn
