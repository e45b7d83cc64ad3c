#include "hcl_tool/console_command.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "hcl_tool/line_reader.h"
#include "hcl_tool/screen.h"
#include "infra/explorer.h"
#include "infra/planner.h"
#include "view/diagnostic_view.h"

namespace cairn::commands {
namespace {

constexpr std::string_view kHelp =
    "Each line is an expression, and the answer is its value: by what the state knows\nof resources, or with "
    "-plan by what a plan does. `exit`, Ctrl-C or Ctrl-D ends.\n";

// As scripts know it: of several lines only the last is answered, and the first mistake ends it.
int AnswerLast(Screen& screen, const hcl_tool::Answerer& answer) {
  const auto lines = hcl_tool::MakePipeReader();
  std::string last;
  for (std::string line; lines->Read("", line) == hcl_tool::LineReader::Event::kLine;) {
    const std::string text(Trim(line));
    if (text == "exit") return 0;
    last = text == "help" ? std::string(Trim(kHelp)) : "";
    if (text.empty() || text == "help") continue;
    hcl::Diagnostics diagnostics;
    auto printed = answer(std::make_shared<const hcl::Source>("<console-input>", text), diagnostics);
    screen.Report(diagnostics);
    if (!printed) return 1;
    last = *std::move(printed);
  }
  screen.Print(last + "\n");
  return 0;
}

// What there is to say about `session` before the first answer.
int Answer(Session& session, const infra::OperationInput& input, const infra::InstanceValues& values) {
  Screen& screen = session.screen();
  infra::Explorer explorer(input, values);
  hcl::Diagnostics diagnostics = explorer.diagnostics();
  if (diagnostics.has_errors()) {
    diagnostics.AddWarning("Due to the problems above, some expressions may produce unexpected results.", "");
  }
  screen.Report(diagnostics);
  const auto answer = [&](std::shared_ptr<const hcl::Source> text, hcl::Diagnostics& found) {
    return explorer.Answer(std::move(text), found);
  };
  const auto terminal = hcl_tool::MakeTerminalReader();
  if (!terminal) return AnswerLast(screen, answer);
  hcl_tool::Screen out(stdout, stderr, [&](const hcl::Diagnostic& one) {
    return view::RenderDiagnostic(one, screen.style()) + "\n";
  });
  return hcl_tool::AnswerLines(answer, /*interactive=*/true, *terminal, out);
}

int Explore(Session& session, bool plans) {
  infra::Observer nobody;
  std::optional<infra::PlanOutcome> outcome;
  if (plans) {
    outcome = session.loop().Run(infra::MakePlan(session.InputFor(nobody), session.state(), {}));
    session.screen().Report(outcome->diagnostics);
    if (outcome->diagnostics.has_errors()) return 1;
  }
  session.CloseProviders();
  // `type` is a function here, and the time is known.
  const hcl::BuiltinFunctions functions({.files = std::make_shared<hcl::DiskReader>(),
                                         .now = [] { return std::chrono::system_clock::now(); },
                                         .plan_time = session.plan_time(),
                                         .random = FillRandom,
                                         .has_type = true});
  session.UseFunctions(functions);
  return Answer(session, session.InputFor(nobody),
                outcome ? infra::ValuesOf(outcome->plan) : infra::ValuesOf(session.state()));
}

}  // namespace

int RunConsole(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool plans = false;
  std::vector<std::string> arguments, variables, files;
  SessionOptions options{.lock = false, .may_be_empty = true, .may_lack_values = true, .input = false};
  const auto add = [&](Flags& flags) {
    flags.Add("plan", plans, "evaluate by what a plan makes of the objects, not by the state");
    flags.Add("state", options.state_path, "the state file (terraform.tfstate)");
    flags.Add("var", variables, "name=text: a value for a variable of the root module");
    flags.Add("var-file", files, "a file with values for variables");
  };
  if (!ParsePlain(screen, words, "console", code, add, &arguments)) return code;
  if (HasArguments(screen, arguments)) return 1;
  for (const std::string& file : files) options.variables.push_back({.is_file = true, .value = file});
  for (const std::string& variable : variables) options.variables.push_back({.value = variable});
  Session session(environment, screen, std::move(options));
  if (!session.LoadConfig() || !session.LoadVariables() || !session.OpenState("") ||
      !session.StartProviders() || !session.BuildGraph()) {
    return 1;
  }
  return Explore(session, plans);
}

}  // namespace cairn::commands
