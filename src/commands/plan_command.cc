#include "commands/command_line.h"
#include "commands/operation_run.h"
#include "commands/run_commands.h"

namespace cairn::commands {
namespace {

int Plan(Session& session, const OperationFlags& flags) {
  Screen& screen = session.screen();
  const auto options = PlanOptionsOf(flags, screen);
  if (!options || !PrepareToPlan(session, "OperationTypePlan")) return 1;
  const infra::PlanOutcome outcome = MakePlan(session, *options);
  session.CloseProviders();
  const bool failed = outcome.diagnostics.has_errors();
  ShowPlan(screen, outcome.plan);
  screen.Report(outcome.diagnostics);
  const bool notes = !failed && outcome.plan.applyable && !screen.style().in_automation && !screen.json();
  if (notes) screen.Print(view::RenderPlanNote(outcome.plan, {}, screen.style()));
  if (!session.CloseState() || failed) return 1;
  return flags.detailed_exitcode && outcome.plan.applyable ? 2 : 0;
}

}  // namespace

int RunPlan(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  const auto run = [&](Session& session, const OperationFlags& flags, const std::vector<std::string>& more) {
    if (more.empty()) return Plan(session, flags);
    return ReportUsage(screen, "plan", "Too many command line arguments",
                       "To specify a working directory for the plan, use the global -chdir flag.");
  };
  return RunOperation(environment, screen, words, {}, "plan", run);
}

}  // namespace cairn::commands
