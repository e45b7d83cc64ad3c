#include <unistd.h>

#include <string>

#include "base/files.h"
#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/operation_run.h"
#include "commands/run_commands.h"
#include "hcl/quote.h"
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

// Whether -generate-config-out makes sense, if it is there.
bool MayGenerate(const OperationFlags& flags, Screen& screen) {
  if (flags.generated_path.empty()) return true;
  if (flags.destroy || flags.refresh_only) {
    screen.ReportError("Invalid generate-config-out flag",
                       "Config can only be generated during a normal plan operation, and not during a "
                       "refresh-only or destroy plan.");
    return false;
  }
  if (::access(flags.generated_path.c_str(), F_OK) != 0) return true;
  screen.ReportError("Target generated file already exists",
                     "Terraform can only write generated config into a new file. Either choose a different "
                     "target location or move all existing configuration out of the target file, delete it "
                     "and try again.");
  return false;
}

// Also what belongs to a plan that failed: it is the beginning of what is right.
bool WriteGenerated(infra::PlanOutcome& outcome, const std::string& path, Screen& screen) {
  if (outcome.generated.empty()) return true;
  std::string text =
      "# __generated__ by Terraform\n# Please review these resources and move them into your main "
      "configuration "
      "files.\n";
  for (const infra::GeneratedConfig& one : outcome.generated) {
    const std::string from = one.id.empty() ? "" : " from " + hcl::GoQuoted(one.id);
    text += Format("\n# __generated__ by Terraform{}\n{}\n", from, one.text);
  }
  const Result<> written = WriteFileAtomically(path, text, 0644);
  if (written) {
    outcome.diagnostics.AddWarning(
        "Config generation is experimental",
        "Generating configuration during import is currently experimental, and the "
        "generated configuration format may change in future versions.");
    return true;
  }
  screen.ReportError("Failed to create target generated file",
                     Format("Terraform could not create the generated file ({}) in the target directory: {}.",
                            path, written.error().message));
  return false;
}

int Plan(Session& session, const OperationFlags& flags) {
  Screen& screen = session.screen();
  const auto options = PlanOptionsOf(flags, "plan", screen);
  if (!options) return 1;
  session.WarnOfOverrides();
  if (!MayGenerate(flags, screen) || !PrepareToPlan(session, "OperationTypePlan")) return 1;
  infra::PlanOutcome outcome = MakePlan(session, *options);
  session.CloseProviders();
  if (!WriteGenerated(outcome, flags.generated_path, screen)) {
    session.CloseState();
    return 1;
  }
  const bool failed = outcome.diagnostics.has_errors();
  const bool saved = !outcome.made || SavePlan(session, outcome, flags.out_path);
  if (outcome.made) ShowPlan(screen, outcome.plan);
  screen.Report(outcome.diagnostics);
  const bool notes = saved && !failed && outcome.plan.applyable && !screen.style().in_automation;
  if (notes && !screen.json()) {
    screen.Print(view::RenderPlanNote(
        outcome.plan,
        {.plan = flags.out_path,
         .generated_config = outcome.generated.empty() ? std::string() : flags.generated_path},
        screen.style()));
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
