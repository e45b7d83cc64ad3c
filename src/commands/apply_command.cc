#include <string>
#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/interrupts.h"
#include "commands/operation_run.h"
#include "commands/progress_view.h"
#include "commands/run_commands.h"
#include "infra/plan_file.h"
#include "plan/checks.h"
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

// The journal has all that was finished, and the next command takes it over.
int GiveUp(Screen& screen) {
  screen.ReportError(
      "operation canceled",
      "A provider did not give up in time. What it was doing may have been done or not. All that "
      "was finished before is remembered.");
  return 1;
}

// `held` is what planning said, if that is still to be said.
int ApplyPlanned(Session& session, const infra::PlanOutcome& planned, const OperationFlags& flags,
                 hcl::Diagnostics held = {}) {
  Screen& screen = session.screen();
  // What moved since the state was written is told by no change of a plan that destroys.
  if (planned.plan.mode == plan::Mode::kDestroy && !session.WriteState(planned.refreshed)) return 1;
  ProgressView progress(screen, session.loop());
  Rememberer rememberer(
      session.loop(),
      state::Journal::Create(
          session.journal_path(),
          state::JournalBaseOf(session.state(), session.state_text() ? std::string_view(*session.state_text())
                                                                     : std::string_view())));
  infra::ApplyOptions options{
      .remember = [&](const infra::ObjectChange& change) { return rememberer(change); },
      .new_deposed_key = NewDeposedKey};
  session.BeginApply();
  Interrupts interrupts(session.loop(), screen, session.providers());
  infra::OperationInput input = session.InputFor(progress);
  input.stops = &interrupts.asked();
  std::optional<infra::ApplyOutcome> ended =
      interrupts.Run(infra::ApplyPlan(input, planned.plan, planned.refreshed, std::move(options)));
  rememberer.Commit();
  if (!ended) return GiveUp(screen);
  infra::ApplyOutcome& outcome = *ended;
  session.CloseProviders();
  const bool written = session.WriteState(outcome.state);
  const bool failed = outcome.diagnostics.has_errors();
  held.Append(std::move(outcome.diagnostics));
  screen.Report(held);
  if (!failed && written) ShowApplied(screen, outcome, flags.is_destroy);
  return failed || !written ? 1 : 0;
}

int ApplyNothing(Session& session, const infra::PlanOutcome& planned, const OperationFlags& flags) {
  infra::ApplyOutcome nothing{.state = planned.refreshed};
  nothing.state.check_results = plan::ToStateChecks(planned.plan.checks);
  infra::WarnOfTargets(planned.plan, nothing.diagnostics);
  session.screen().Report(nothing.diagnostics);
  if (!session.WriteState(nothing.state)) return 1;
  ShowApplied(session.screen(), nothing, flags.is_destroy);
  return 0;
}

int PlanAndApply(Session& session, const OperationFlags& flags) {
  Screen& screen = session.screen();
  if (flags.json && !flags.auto_approve) {
    screen.ReportError("Plan file or auto-approve required",
                       "Terraform cannot ask for interactive approval when -json is set. You can either "
                       "apply a saved plan file, or enable the -auto-approve option.");
    return 1;
  }
  const auto options = PlanOptionsOf(flags, flags.is_destroy ? "destroy" : "apply", screen);
  if (!options) return 1;
  session.WarnOfOverrides();
  if (!PrepareToPlan(session, "OperationTypeApply")) return 1;
  const infra::PlanOutcome planned = MakePlan(session, *options);
  const bool failed = planned.diagnostics.has_errors();
  const bool some = !planned.plan.resources.empty() || !planned.plan.outputs.empty();
  if (!failed || some) ShowPlan(screen, planned.plan);
  int code = 1;
  if (!failed && planned.plan.applyable && flags.auto_approve) {
    code = ApplyPlanned(session, planned, flags, planned.diagnostics);
  } else {
    screen.Report(planned.diagnostics);
    if (!failed && !planned.plan.applyable) {
      code = ApplyNothing(session, planned, flags);
    } else if (!failed && Confirm(screen, options->mode == plan::Mode::kDestroy)) {
      code = ApplyPlanned(session, planned, flags);
    }
  }
  session.CloseProviders();
  return session.CloseState() ? code : 1;
}

// Flags that say how to plan mean nothing here.
int ApplySaved(Session& session, const infra::SavedPlan& saved, const OperationFlags& flags) {
  session.WarnOfOverrides();
  const bool loaded = session.LoadConfig() && session.OpenState("OperationTypeApply") &&
                      session.IsCurrent(saved) && session.LoadVariables() && session.StartProviders() &&
                      session.BuildGraph();
  if (!loaded) return 1;
  infra::PlanOutcome planned{.plan = saved.plan, .refreshed = saved.refreshed};
  const Result<> fits = infra::AddSchemas(session.schemas(), planned.plan);
  int code = 1;
  if (!fits) {
    session.screen().ReportError("Saved plan does not fit the providers",
                                 fits.error().message + ". Plan again.");
  } else if (planned.plan.applyable) {
    code = ApplyPlanned(session, planned, flags);
  } else {
    code = ApplyNothing(session, planned, flags);
  }
  session.CloseProviders();
  return session.CloseState() ? code : 1;
}

int Apply(const Environment& environment, Screen& screen, const OperationFlags& flags,
          const std::vector<std::string>& words) {
  const std::string_view name = flags.is_destroy ? "destroy" : "apply";
  if (words.size() > 1) {
    return ReportUsage(screen, name, "Too many command line arguments",
                       "Expected at most one positional argument.");
  }
  SessionOptions options = flags.ToSessionOptions();
  if (words.empty()) {
    Session session(environment, screen, std::move(options));
    return PlanAndApply(session, flags);
  }
  if (flags.is_destroy) {
    screen.ReportError(
        "Destroy can't be called with a plan file",
        Format("If this plan was created using plan -destroy, apply it using:\n  cairn apply {:?}",
               words[0]));
    return 1;
  }
  const auto saved = LoadPlan(words[0], screen);
  if (!saved) return 1;
  if (saved->plan.errored) {
    screen.ReportError("Cannot apply incomplete plan",
                       "Terraform encountered an error when generating this plan, so it cannot be applied.");
    return 1;
  }
  options.saved = &*saved;
  Session session(environment, screen, std::move(options));
  return ApplySaved(session, *saved, flags);
}

int ApplyOrDestroy(const Environment& environment, Screen& screen, const std::vector<std::string>& words,
                   bool destroy) {
  const auto run = [&](const OperationFlags& flags, const std::vector<std::string>& more) {
    return Apply(environment, screen, flags, more);
  };
  return RunOperation(screen, words, {.is_destroy = destroy, .destroy = destroy},
                      destroy ? "destroy" : "apply", run);
}

}  // namespace

int RunApply(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return ApplyOrDestroy(environment, screen, words, /*destroy=*/false);
}

int RunDestroy(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return ApplyOrDestroy(environment, screen, words, /*destroy=*/true);
}

}  // namespace cairn::commands
