#include <string>

#include "base/files.h"
#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/operation_run.h"
#include "commands/run_commands.h"
#include "infra/plan_file.h"

namespace cairn::commands {
namespace {

// Keeps the plan where -out says, also one that failed: it can be shown.
bool SavePlan(Session& session, const infra::PlanOutcome& outcome, const std::string& path) {
  if (path.empty()) return true;
  const std::string text = infra::WritePlanFile(session.ToSave(outcome.plan, outcome.refreshed));
  const Result<> written = WriteFileAtomically(path, text, 0600);
  if (written) return true;
  session.screen().ReportError("Failed to write plan file",
                               Format("The plan file could not be written: {}.", written.error().message));
  return false;
}

int Plan(Session& session, const OperationFlags& flags) {
  Screen& screen = session.screen();
  const auto options = PlanOptionsOf(flags, "plan", screen);
  if (!options || !PrepareToPlan(session, "OperationTypePlan")) return 1;
  const infra::PlanOutcome outcome = MakePlan(session, *options);
  session.CloseProviders();
  const bool failed = outcome.diagnostics.has_errors();
  const bool saved = !outcome.made || SavePlan(session, outcome, flags.out_path);
  if (outcome.made) ShowPlan(screen, outcome.plan);
  screen.Report(outcome.diagnostics);
  const bool notes = saved && !failed && outcome.plan.applyable && !screen.style().in_automation;
  if (notes && !screen.json()) {
    screen.Print(view::RenderPlanNote(outcome.plan, {.plan = flags.out_path}, screen.style()));
  }
  if (!session.CloseState() || failed || !saved) return 1;
  return flags.detailed_exitcode && outcome.plan.applyable ? 2 : 0;
}

}  // namespace

int RunPlan(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  const auto run = [&](const OperationFlags& flags, const std::vector<std::string>& more) {
    if (!more.empty()) {
      return ReportUsage(screen, "plan", "Too many command line arguments",
                         "To specify a working directory for the plan, use the global -chdir flag.");
    }
    Session session(environment, screen, flags.ToSessionOptions());
    return Plan(session, flags);
  };
  return RunOperation(screen, words, {}, "plan", run);
}

}  // namespace cairn::commands
