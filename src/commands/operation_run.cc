#include "commands/operation_run.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/flags.h"
#include "commands/interrupts.h"
#include "commands/progress_view.h"
#include "state/address_parser.h"
#include "view/state_view.h"
#include "view/ui_stream.h"

namespace cairn::commands {
std::optional<infra::PlanOptions> PlanOptionsOf(const OperationFlags& flags, std::string_view name,
                                                Screen& screen) {
  infra::PlanOptions options{.refresh = flags.refresh, .generated_path = flags.generated_path};
  if (flags.destroy) options.mode = plan::Mode::kDestroy;
  if (flags.refresh_only) options.mode = plan::Mode::kRefreshOnly;
  for (const std::string& text : flags.targets) {
    const auto target = state::ParseTarget(text);
    if (!target) {
      ReportUsage(screen, name, Format("Invalid target {:?}", text), target.error().detail);
      return std::nullopt;
    }
    options.targets.push_back(*target);
  }
  for (const std::string& text : flags.replace) {
    const auto address = state::ParseInstanceAddress(text);
    if (!address) {
      ReportUsage(screen, name, Format("Invalid force-replace address {:?}", text), address.error().detail);
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
  session.AskProviders();
  const hcl::Diagnostics diagnostics = session.Validate();
  if (!diagnostics.has_errors()) return true;  // of warnings the plan tells
  session.screen().Report(diagnostics);
  return false;
}

infra::PlanOutcome MakePlan(Session& session, infra::PlanOptions options) {
  options.timestamp = TimeText(session.plan_time());
  ProgressView progress(session.screen(), session.loop());
  Interrupts interrupts(session.loop(), session.screen(), session.providers());
  infra::OperationInput input = session.InputFor(progress);
  input.stops = &interrupts.asked();
  auto outcome = interrupts.Run(infra::MakePlan(input, session.state(), std::move(options)));
  if (outcome) return std::move(*outcome);
  infra::PlanOutcome cancelled;
  cancelled.plan.errored = true;
  cancelled.diagnostics.AddError("operation canceled", "");
  return cancelled;
}

state::State WithKnownOutputs(state::State state, const plan::Plan& plan, const config::Module& root) {
  for (const plan::OutputChange& output : plan.outputs) {
    const hcl::Value& value = output.change.after;
    const auto declared = root.outputs.find(output.name);
    if (output.change.action == plan::Action::kDelete || declared == root.outputs.end()) continue;
    if (value.IsNull() || !value.IsWhollyKnown()) continue;
    state.outputs[output.name] = {value, declared->second.sensitive};
  }
  return state;
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
  const view::ChangeCounts counts{.add = outcome.added,
                                  .change = outcome.changed,
                                  .remove = outcome.destroyed,
                                  .import = outcome.imported};
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
  if (flags.compact_warnings) screen.CompactWarnings();
  if (!arguments) {
    return ReportUsage(screen, name, "Failed to parse command-line flags", arguments.error().message);
  }
  return run(flags, *arguments);
}

}  // namespace cairn::commands
