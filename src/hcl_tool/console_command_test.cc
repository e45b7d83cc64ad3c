#include "hcl_tool/console_command.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cairn::hcl_tool {
namespace {

TEST(GoesOn, WhileSomethingIsOpen) {
  for (const char* text :
       {"[", "foo(1,", "{ a = (", "\"${", "\"a${b[", "<<E\n", "<<-E\nx\n", "[<<E\nx\nE\n"}) {
    EXPECT_TRUE(GoesOn(text)) << text;
  }
  for (const char* text : {"", "1", "1 +", "[]", "]", "\"", "\"a", "[\"", "<<E\nx\nE\n", "\"${a}\"", "@["}) {
    EXPECT_FALSE(GoesOn(text)) << text;
  }
}

// Lines of a script; "^C" is a cancelled one.
class Script final : public LineReader {
 public:
  explicit Script(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  Event Read(const char* prompt, std::string& line) override {
    prompts += prompt;
    if (next_ == lines_.size()) return Event::kEnd;
    line = lines_[next_++];
    return line == "^C" ? Event::kCancelled : Event::kLine;
  }
  void Remember(const std::string& entry) override { remembered.push_back(entry); }

  std::string prompts;
  std::vector<std::string> remembered;

 private:
  std::vector<std::string> lines_;
  size_t next_ = 0;
};

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome Play(const ConsoleOptions& options, LineReader& lines) {
  char* texts[2] = {};
  size_t sizes[2] = {};
  std::FILE* out = ::open_memstream(&texts[0], &sizes[0]);
  std::FILE* err = ::open_memstream(&texts[1], &sizes[1]);
  Outcome outcome;
  {
    Screen screen(out, err, hcl::RenderStyle());
    outcome.code = RunConsole(options, lines, screen);
  }
  std::fclose(out);
  std::fclose(err);
  outcome.out.assign(texts[0], sizes[0]);
  outcome.err.assign(texts[1], sizes[1]);
  std::free(texts[0]);
  std::free(texts[1]);
  return outcome;
}

TEST(RunConsole, PromptsRemembersAndCancels) {
  Script script({"1", " ", "[2,", "^C", "(", "3)", "no", "exit", "4"});
  const Outcome outcome = Play({.interactive = true}, script);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "1\n3\n");
  EXPECT_NE(outcome.err.find("Error: "), std::string::npos);
  EXPECT_EQ(script.prompts, "> > > : > : > > ");
  EXPECT_EQ(script.remembered, (std::vector<std::string>{"1", "(\n3)", "no"}));
}

TEST(RunConsole, IsWrongWhereAnExpressionIs) {
  Script script({"1", "no", "2"});
  const Outcome outcome = Play({}, script);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "1\n2\n");
}

TEST(RunConsole, AsksNothingWithoutItsVariables) {
  Script script({"1"});
  const Outcome outcome = Play({.variables = {{VariableSource::kFile, "/nowhere/at.tfvars"}}}, script);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(script.prompts, "");
}

TEST(Session, KnowsWhereItIs) {
  Session session;
  hcl::Diagnostics diagnostics;
  const auto ask = [&](std::string text) {
    return session.Answer(std::make_shared<const hcl::Source>("t", std::move(text)), diagnostics);
  };
  EXPECT_EQ(ask("[for i in range(3) : i]"), "[\n  0,\n  1,\n  2,\n]");
  EXPECT_EQ(ask("path.module"), "\".\"");
  EXPECT_EQ(ask("terraform.workspace"), "\"default\"");
  EXPECT_TRUE(diagnostics.empty());
}

}  // namespace
}  // namespace cairn::hcl_tool
