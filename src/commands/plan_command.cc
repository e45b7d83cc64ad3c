#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "base/strings.h"
#include "commands/flags.h"
#include "commands/operation_flags.h"
#include "commands/progress_view.h"
#include "commands/run_commands.h"
#include "infra/applier.h"
#include "infra/planner.h"
#include "state/address_parser.h"
#include "state/journal.h"
#include "view/state_view.h"

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

bool HasChanges(const plan::Plan& plan) {
  return plan.applyable;
}

// Loads all that planning needs; false if something is wrong, which has been said.
bool Prepare(Session& session, std::string_view operation) {
  const bool loaded = session.LoadConfig() && session.OpenState(operation) && session.LoadVariables() &&
                      session.StartProviders() && session.BuildGraph();
  if (!loaded) return false;
  const hcl::Diagnostics diagnostics = session.Validate();
  if (!diagnostics.has_errors()) return true;  // of warnings the plan tells
  session.screen().Report(diagnostics);
  return false;
}

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

int Plan(Session& session, const OperationFlags& flags, Screen& screen) {
  const auto options = PlanOptionsOf(flags, screen);
  if (!options || !Prepare(session, "OperationTypePlan")) return 1;
  ProgressView progress(screen, session.loop().clock());
  infra::PlanOutcome outcome =
      session.loop().Run(infra::MakePlan(session.InputFor(progress), session.state(), *options));
  session.CloseProviders();
  const bool failed = outcome.diagnostics.has_errors();
  screen.Print(view::RenderPlan(outcome.plan, screen.style()));
  screen.Report(outcome.diagnostics);
  const bool notes = !failed && HasChanges(outcome.plan) && !screen.style().in_automation;
  if (notes) screen.Print(view::RenderPlanNote(outcome.plan, {}, screen.style()));
  if (!session.CloseState() || failed) return 1;
  return flags.detailed_exitcode && HasChanges(outcome.plan) ? 2 : 0;
}

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

std::string Summary(const infra::ApplyOutcome& outcome, bool destroy) {
  if (destroy) return Format("\nDestroy complete! Resources: {} destroyed.\n", outcome.destroyed);
  return Format("\nApply complete! Resources: {} added, {} changed, {} destroyed.\n", outcome.added,
                outcome.changed, outcome.destroyed);
}

int ApplyPlanned(Session& session, const infra::PlanOutcome& planned, Screen& screen) {
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
  const bool destroy = planned.plan.mode == plan::Mode::kDestroy;
  screen.Report(outcome.diagnostics);
  if (!failed)
    screen.Print(view::Colours(screen.style().colour)("[reset][bold][green]" + Summary(outcome, destroy)));
  const auto& outputs = outcome.state.outputs;
  if (!failed && !destroy && !outputs.empty()) {
    screen.Print("\nOutputs:\n\n" + view::RenderOutputs(outputs));
  }
  return failed || !written ? 1 : 0;
}

int Apply(Session& session, const OperationFlags& flags, Screen& screen) {
  const auto options = PlanOptionsOf(flags, screen);
  if (!options || !Prepare(session, "OperationTypeApply")) return 1;
  ProgressView progress(screen, session.loop().clock());
  const infra::PlanOutcome planned =
      session.loop().Run(infra::MakePlan(session.InputFor(progress), session.state(), *options));
  int code = 1;
  if (planned.diagnostics.has_errors()) {
    const auto acts = [](const auto& change) { return change.change.action != plan::Action::kNoOp; };
    if (std::ranges::any_of(planned.plan.resources, acts))
      screen.Print(view::RenderPlan(planned.plan, screen.style()));
    screen.Report(planned.diagnostics);
  } else {
    screen.Print(view::RenderPlan(planned.plan, screen.style()));
    screen.Report(planned.diagnostics);
    const bool destroy = options->mode == plan::Mode::kDestroy;
    if (!HasChanges(planned.plan)) {
      code = session.WriteState(planned.refreshed) ? 0 : 1;
      if (code == 0) screen.Print(Summary({}, destroy));
    } else if (flags.auto_approve || Confirm(screen, destroy)) {
      code = ApplyPlanned(session, planned, screen);
    }
  }
  session.CloseProviders();
  return session.CloseState() ? code : 1;
}

template <typename Run>
int RunOperation(const Environment& environment, Screen& screen, const std::vector<std::string>& words,
                 OperationFlags flags, std::string_view name, Run run) {
  Flags parser;
  flags.AddTo(parser, name);
  const auto arguments = parser.Parse(words);
  if (!arguments) {
    screen.PrintError(Format("Error: {}\n\nFor more help on using this command, run:\n  cairn {} -help\n",
                             arguments.error().message, name));
    return 1;
  }
  if (flags.help) {
    screen.Print(Format("Usage: cairn {} [options]\n\nOptions:\n\n{}", name, parser.Help()));
    return 0;
  }
  if (!arguments->empty()) {
    screen.ReportError("Too many command line arguments",
                       "Saved plans cannot be applied yet. Expected no positional arguments.");
    return 1;
  }
  if (flags.no_color) screen.style().colour = false;
  Session session(environment, screen, flags.ToSessionOptions());
  return run(session, flags, screen);
}

}  // namespace

int RunPlan(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return RunOperation(environment, screen, words, {}, "plan", Plan);
}

int RunApply(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return RunOperation(environment, screen, words, {}, "apply", Apply);
}

int RunDestroy(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  return RunOperation(environment, screen, words, {.destroy = true}, "destroy", Apply);
}

}  // namespace cairn::commands
