#include "commands/operation_run.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "commands/flags.h"
#include "commands/progress_view.h"
#include "state/address_parser.h"
#include "view/state_view.h"
#include "view/ui_stream.h"

namespace cairn::commands {
std::optional<infra::PlanOptions> PlanOptionsOf(const OperationFlags& flags, Screen& screen) {
  infra::PlanOptions options{.refresh = flags.refresh};
  if (flags.destroy) options.mode = plan::Mode::kDestroy;
  if (flags.refresh_only) options.mode = plan::Mode::kRefreshOnly;
  for (const std::string& text : flags.replace) {
    const auto address = state::ParseInstanceAddress(text);
    if (!address) {
      screen.ReportError(address.error().summary, address.error().detail);
      return std::nullopt;
    }
    options.force_replace.push_back(*address);
  }
  return options;
}

bool PrepareToPlan(Session& session, std::string_view operation) {
  const bool loaded = session.LoadConfig() && session.OpenState(operation) && session.LoadVariables() &&
                      session.StartProviders() && session.BuildGraph();
  if (!loaded) return false;
  const hcl::Diagnostics diagnostics = session.Validate();
  if (!diagnostics.has_errors()) return true;  // of warnings the plan tells
  session.screen().Report(diagnostics);
  return false;
}

infra::PlanOutcome MakePlan(Session& session, infra::PlanOptions options) {
  options.timestamp = TimeText(session.plan_time());
  ProgressView progress(session.screen(), session.loop().clock());
  return session.loop().Run(infra::MakePlan(session.InputFor(progress), session.state(), std::move(options)));
}

void ShowPlan(Screen& screen, const plan::Plan& plan) {
  if (!screen.json()) {
    screen.Print(view::RenderPlan(plan, screen.style()));
    return;
  }
  for (const std::string& line : view::PlanLines(plan, screen.LineTime())) screen.PrintLine(line);
}

void ShowOutputs(Screen& screen, const std::map<std::string, state::OutputState>& outputs) {
  if (screen.json()) {
    screen.PrintLine(view::OutputsLine(outputs, screen.LineTime()));
  } else if (!outputs.empty()) {
    screen.Print("\nOutputs:\n\n" + view::RenderOutputs(outputs));
  }
}

void ShowApplied(Screen& screen, const infra::ApplyOutcome& outcome, bool destroy) {
  const view::ChangeCounts counts{
      .add = outcome.added, .change = outcome.changed, .remove = outcome.destroyed};
  const view::Operation operation = destroy ? view::Operation::kDestroy : view::Operation::kApply;
  if (screen.json()) {
    screen.PrintLine(view::SummaryLine(counts, operation, screen.LineTime()));
  } else {
    screen.Print(view::Colours(screen.style().colour)("[reset][bold][green]\n" +
                                                      view::SummaryText(counts, operation) + "\n"));
  }
  if (!destroy) ShowOutputs(screen, outcome.state.outputs);
}

int RunOperation(Screen& screen, const std::vector<std::string>& words, OperationFlags flags,
                 std::string_view name, const RunWithFlags& run) {
  Flags parser;
  flags.AddTo(parser, name);
  const auto arguments = parser.Parse(words);
  if (flags.help) {
    screen.Print(Format("Usage: cairn {} [options]\n\nOptions:\n\n{}", name, parser.Help()));
    return 0;
  }
  if (flags.json) screen.BeginJson();
  if (flags.no_color) screen.style().colour = false;
  if (!arguments) {
    screen.ReportError("Failed to parse command-line flags", arguments.error().message);
    if (!screen.json()) {
      screen.PrintError(Format("\nFor more help on using this command, run:\n  cairn {} -help\n", name));
    }
    return 1;
  }
  return run(flags, *arguments);
}

}  // namespace cairn::commands
