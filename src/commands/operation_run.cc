#include "commands/operation_run.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "base/strings.h"
#include "commands/flags.h"
#include "commands/progress_view.h"
#include "state/address_parser.h"
#include "view/state_view.h"
#include "view/ui_stream.h"

namespace cairn::commands {
namespace {

// "2026-11-28T01:02:03Z"
std::string NowText() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[sizeof "2026-11-28T01:02:03Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

}  // namespace

std::optional<infra::PlanOptions> PlanOptionsOf(const OperationFlags& flags, Screen& screen) {
  infra::PlanOptions options{.refresh = flags.refresh, .timestamp = NowText()};
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

infra::PlanOutcome MakePlan(Session& session, const infra::PlanOptions& options) {
  ProgressView progress(session.screen(), session.loop().clock());
  return session.loop().Run(infra::MakePlan(session.InputFor(progress), session.state(), options));
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

void ShowApplied(Screen& screen, const infra::ApplyOutcome& outcome, plan::Mode mode) {
  const bool destroy = mode == plan::Mode::kDestroy;
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

int RunOperation(const Environment& environment, Screen& screen, const std::vector<std::string>& words,
                 OperationFlags flags, std::string_view name, const RunWithSession& run) {
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
  Session session(environment, screen, flags.ToSessionOptions());
  return run(session, flags, *arguments);
}

}  // namespace cairn::commands
