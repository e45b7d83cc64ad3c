#include "hcl_tool/console_command.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "hcl/token.h"

namespace cairn::hcl_tool {
namespace {

constexpr std::string_view kHelp =
    R"(Each line is an expression, and the answer is its value:

  > upper("a")
  "A"

It goes on on the next line while a bracket or a heredoc is open. Variables
are var.NAME, given with -var and -var-file. type(x) is the type of x. `exit`
or Ctrl-D ends, Ctrl-C forgets a line.
)";

}  // namespace

bool GoesOn(std::string_view text) {
  using enum hcl::TokenKind;
  hcl::Diagnostics ignored;
  const auto source = std::make_shared<const hcl::Source>("<console-input>", std::string(text));
  int open = 0;
  for (const hcl::Token& token : hcl::Scan(source, hcl::ScanMode::kNormal, ignored)) {
    switch (token.kind) {
      case kBraceOpen:
      case kBracketOpen:
      case kParenOpen:
        ++open;
        break;
      case kBraceClose:
      case kBracketClose:
      case kParenClose:
        --open;
        break;
      case kTemplateClose:
      case kHeredocClose:
        if (token.size() == 0) return true;  // the scanner has added it
        break;
      case kInvalid:
        return false;
      default:
        break;
    }
  }
  return open > 0;
}

int RunConsole(const ConsoleOptions& options, LineReader& lines, Screen& screen) {
  hcl::Diagnostics of_variables;
  Session session;
  session.SetVariables(options.variables, of_variables);
  screen.Report(of_variables);
  if (of_variables.has_errors()) return screen.Finish(2);
  const auto answer = [&](std::shared_ptr<const hcl::Source> text, hcl::Diagnostics& diagnostics) {
    return session.Answer(std::move(text), diagnostics);
  };
  return AnswerLines(answer, options.interactive, lines, screen);
}

int AnswerLines(const Answerer& answer, bool interactive, LineReader& lines, Screen& screen) {
  bool failed = false;
  std::string begun;  // lines of an expression that goes on
  const auto answer_begun = [&] {
    const std::string text = std::exchange(begun, {});
    lines.Remember(text);
    hcl::Diagnostics diagnostics;
    const std::optional<std::string> printed =
        answer(std::make_shared<const hcl::Source>("<console-input>", text), diagnostics);
    if (printed) screen.Print(*printed + "\n");
    screen.Report(diagnostics);  // and the answer is on its way
    failed = failed || !printed;
  };
  for (std::string line;;) {
    const LineReader::Event event = lines.Read(begun.empty() ? "> " : ": ", line);
    if (event == LineReader::Event::kEnd) break;
    if (event == LineReader::Event::kCancelled) {
      begun.clear();
      continue;
    }
    if (line.ends_with('\r')) line.pop_back();
    if (begun.empty()) {
      const std::string_view word = Trim(line);
      if (word.empty()) continue;
      if (word == "exit") break;
      if (word == "help") {
        screen.Print(kHelp);
        continue;
      }
      begun = word;
    } else {
      begun += "\n" + line;
    }
    // A heredoc begins and ends with the newline behind its marker.
    if (GoesOn(begun + "\n")) continue;
    if (GoesOn(begun)) begun += "\n";
    answer_begun();
  }
  if (!begun.empty()) answer_begun();
  return screen.Finish(failed && !interactive ? 1 : 0);
}

}  // namespace cairn::hcl_tool
