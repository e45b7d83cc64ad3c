#include <algorithm>
#include <string>
#include <utility>

#include "commands/command_line.h"
#include "commands/operation_run.h"
#include "commands/progress_view.h"
#include "commands/run_commands.h"
#include "state/journal.h"

namespace cairn::commands {
namespace {

std::string NewDeposedKey() {
  return state::NewUuid().substr(0, 8);
}

// Writes down what has been done, all of one turn of the loop at once.
class Rememberer {
 public:
  Rememberer(net::Loop& loop, Result<state::Journal> journal) : loop_(loop), journal_(std::move(journal)) {}

  Result<> operator()(const infra::ObjectChange& change) {
    if (!journal_) return std::unexpected(journal_.error());
    if (!committed_) return committed_;
    if (change.deposed.empty()) {
      journal_->SetCurrent(change.address, change.object, change.provider);
    } else {
      journal_->SetDeposed(change.address, change.deposed, change.object, change.provider);
    }
    if (!scheduled_) {
      scheduled_ = true;
      loop_.Post([this] { Commit(); });
    }
    return {};
  }

  void Commit() {
    scheduled_ = false;
    if (journal_) committed_ = journal_->Commit();
  }

 private:
  net::Loop& loop_;
  Result<state::Journal> journal_;
  Result<> committed_;
  bool scheduled_ = false;
};

bool Confirm(Screen& screen, bool destroy) {
  const auto answer = screen.Ask(
      destroy
          ? "\nDo you really want to destroy all resources?\n  Terraform will destroy all your managed "
            "infrastructure, as "
            "shown above.\n  There is no undo. Only 'yes' will be accepted to confirm.\n\n  Enter a value: "
          : "\nDo you want to perform these actions?\n  Terraform will perform the actions described "
            "above.\n  Only 'yes' "
            "will be accepted to approve.\n\n  Enter a value: ");
  screen.Print("\n");
  if (answer && *answer == "yes") return true;
  screen.Print(destroy ? "Destroy cancelled.\n" : "Apply cancelled.\n");
  return false;
}

int ApplyPlanned(Session& session, const infra::PlanOutcome& planned) {
  Screen& screen = session.screen();
  ProgressView progress(screen, session.loop().clock());
  Rememberer rememberer(
      session.loop(),
      state::Journal::Create(
          session.state_file().journal_path(),
          state::JournalBaseOf(session.state(), session.state_text() ? std::string_view(*session.state_text())
                                                                     : std::string_view())));
  infra::ApplyOptions options{
      .remember = [&](const infra::ObjectChange& change) { return rememberer(change); },
      .new_deposed_key = NewDeposedKey};
  infra::ApplyOutcome outcome = session.loop().Run(
      infra::ApplyPlan(session.InputFor(progress), planned.plan, planned.refreshed, std::move(options)));
  rememberer.Commit();
  session.CloseProviders();
  const bool written = session.WriteState(outcome.state);
  const bool failed = outcome.diagnostics.has_errors();
  screen.Report(outcome.diagnostics);
  if (!failed) ShowApplied(screen, outcome, planned.plan.mode);
  return failed || !written ? 1 : 0;
}

int ApplyNothing(Session& session, const infra::PlanOutcome& planned) {
  if (!session.WriteState(planned.refreshed)) return 1;
  const infra::ApplyOutcome nothing{.state = planned.refreshed};
  ShowApplied(session.screen(), nothing, planned.plan.mode);
  return 0;
}

int Apply(Session& session, const OperationFlags& flags) {
  Screen& screen = session.screen();
  if (flags.json && !flags.auto_approve) {
    screen.ReportError("Plan file or auto-approve required",
                       "Terraform cannot ask for interactive approval when -json is set. You can either "
                       "apply a saved plan file, or enable the -auto-approve option.");
    return 1;
  }
  const auto options = PlanOptionsOf(flags, screen);
  if (!options || !PrepareToPlan(session, "OperationTypeApply")) return 1;
  const infra::PlanOutcome planned = MakePlan(session, *options);
  const auto acts = [](const auto& change) { return change.change.action != plan::Action::kNoOp; };
  const bool failed = planned.diagnostics.has_errors();
  if (!failed || std::ranges::any_of(planned.plan.resources, acts)) ShowPlan(screen, planned.plan);
  screen.Report(planned.diagnostics);
  int code = 1;
  if (!failed && !planned.plan.applyable) {
    code = ApplyNothing(session, planned);
  } else if (!failed && (flags.auto_approve || Confirm(screen, options->mode == plan::Mode::kDestroy))) {
    code = ApplyPlanned(session, planned);
  }
  session.CloseProviders();
  return session.CloseState() ? code : 1;
}

int ApplyOrDestroy(const Environment& environment, Screen& screen, const std::vector<std::string>& words,
                   bool destroy) {
  const std::string name = destroy ? "destroy" : "apply";
  const auto run = [&](Session& session, const OperationFlags& flags, const std::vector<std::string>& more) {
    if (more.empty()) return Apply(session, flags);
    return ReportUsage(screen, name, "Too many command line arguments",
                       "Saved plans cannot be applied yet. Expected no positional arguments.");
  };
  return RunOperation(environment, screen, words, {.destroy = destroy}, name, run);
}

}  // namespace

int RunApply(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return ApplyOrDestroy(environment, screen, words, /*destroy=*/false);
}

int RunDestroy(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return ApplyOrDestroy(environment, screen, words, /*destroy=*/true);
}

}  // namespace cairn::commands
