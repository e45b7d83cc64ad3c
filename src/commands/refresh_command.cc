#include <utility>

#include "commands/command_line.h"
#include "commands/operation_run.h"
#include "commands/run_commands.h"

namespace cairn::commands {
namespace {

// As the peer does it: a plan of which only the state before it counts, and the outputs that it knows.
int Refresh(Session& session, const OperationFlags& flags) {
  Screen& screen = session.screen();
  const auto options = PlanOptionsOf(flags, "refresh", screen);
  if (!options || !PrepareToPlan(session, "OperationTypeRefresh")) return 1;
  const bool empty = session.state().resources.empty();
  infra::PlanOutcome outcome = MakePlan(session, *options);
  session.CloseProviders();
  if (empty) {
    outcome.diagnostics.AddWarning(
        "Empty or non-existent state",
        "There are currently no remote objects tracked in the state, so there is nothing to refresh.");
  }
  screen.Report(outcome.diagnostics);
  const bool failed = outcome.diagnostics.has_errors();
  state::State refreshed =
      WithKnownOutputs(std::move(outcome.refreshed), outcome.plan, *session.config().module);
  refreshed.check_results.clear();  // those of the last apply, of what was there then
  const bool written = failed || session.WriteState(refreshed);
  if (!failed && written) ShowOutputs(screen, refreshed.outputs);
  return session.CloseState() && !failed && written ? 0 : 1;
}

}  // namespace

int RunRefresh(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  const auto run = [&](const OperationFlags& flags, const std::vector<std::string>& more) {
    if (!more.empty()) {
      return ReportUsage(screen, "refresh", "Too many command line arguments",
                         "Expected no positional arguments.");
    }
    Session session(environment, screen, flags.ToSessionOptions());
    return Refresh(session, flags);
  };
  return RunOperation(screen, words, {}, "refresh", run);
}

}  // namespace cairn::commands
