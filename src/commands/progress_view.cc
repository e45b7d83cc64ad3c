#include "commands/progress_view.h"

#include <algorithm>
#include <chrono>

#include "view/ui_stream.h"

namespace cairn::commands {
namespace {

view::EphemeralAction ActionOf(infra::EphemeralStep step) {
  switch (step) {
    case infra::EphemeralStep::kOpen:
      return view::EphemeralAction::kOpen;
    case infra::EphemeralStep::kRenew:
      return view::EphemeralAction::kRenew;
    case infra::EphemeralStep::kClose:
      return view::EphemeralAction::kClose;
  }
  return view::EphemeralAction::kOpen;
}

}  // namespace

void ProgressView::Show(const view::Event& event) {
  if (screen_.json()) {
    const std::string line = view::EventLine(event, screen_.LineTime());
    if (!line.empty()) screen_.PrintLine(line);
    return;
  }
  const std::string line = view::HumanLine(event, view::Colours(screen_.style().colour));
  if (!line.empty()) screen_.Print(line + "\n");
}

void ProgressView::RefreshStarted(const state::InstanceAddress& address, const std::string& id) {
  Show({.kind = view::EventKind::kRefreshStart,
        .address = address,
        .id_key = id.empty() ? "" : "id",
        .id_value = id});
}

void ProgressView::RefreshDone(const state::InstanceAddress& address, const std::string& id) {
  Show({.kind = view::EventKind::kRefreshComplete,
        .address = address,
        .id_key = id.empty() ? "" : "id",
        .id_value = id});
}

void ProgressView::ImportStarted(const state::InstanceAddress& address, const std::string& id) {
  Show({.kind = view::EventKind::kImportPlan, .address = address, .id_value = id});
}

void ProgressView::Imported(const state::InstanceAddress& address, const std::string& id) {
  Show({.kind = view::EventKind::kImportStart, .address = address, .id_value = id});
  Show({.kind = view::EventKind::kImportComplete, .address = address, .id_value = id});
}

void ProgressView::SingleImportStarted(const state::InstanceAddress& address, const std::string& id) {
  Show({.kind = view::EventKind::kSingleImportStart, .address = address, .id_value = id});
}

void ProgressView::SingleImportPrepared(const state::InstanceAddress& address) {
  Show({.kind = view::EventKind::kSingleImportPrepared, .address = address});
}

void ProgressView::ApplyStarted(const state::InstanceAddress& address, const std::string& deposed,
                                plan::Action action, const std::string& id) {
  const view::Event event{.kind = view::EventKind::kApplyStart,
                          .address = address,
                          .deposed = deposed,
                          .action = action,
                          .id_key = id.empty() ? "" : "id",
                          .id_value = id};
  Begin(event);
}

void ProgressView::ApplyDone(const state::InstanceAddress& address, const std::string& deposed,
                             plan::Action action, const std::string& id, bool ok) {
  const std::chrono::seconds elapsed = End(address);
  if (!ok && action == plan::Action::kRead) return;  // its diagnostic says so
  Show({.kind = ok ? view::EventKind::kApplyComplete : view::EventKind::kApplyErrored,
        .address = address,
        .deposed = deposed,
        .action = action,
        .id_key = ok && !id.empty() ? "id" : "",
        .id_value = ok ? id : std::string(),
        .elapsed = elapsed});
}

void ProgressView::ProvisionStarted(const state::InstanceAddress& address, const std::string& type) {
  Show({.kind = view::EventKind::kProvisionStart, .address = address, .provisioner = type});
}

void ProgressView::ProvisionOutput(const state::InstanceAddress& address, const std::string& type,
                                   const std::string& line) {
  Show(
      {.kind = view::EventKind::kProvisionProgress, .address = address, .provisioner = type, .output = line});
}

void ProgressView::ProvisionDone(const state::InstanceAddress& address, const std::string& type, bool ok) {
  Show({.kind = ok ? view::EventKind::kProvisionComplete : view::EventKind::kProvisionErrored,
        .address = address,
        .provisioner = type});
}

void ProgressView::EphemeralStarted(const state::InstanceAddress& address, infra::EphemeralStep step) {
  Begin({.kind = view::EventKind::kEphemeralStart, .address = address, .ephemeral = ActionOf(step)});
}

void ProgressView::EphemeralDone(const state::InstanceAddress& address, infra::EphemeralStep step, bool ok) {
  Show({.kind = ok ? view::EventKind::kEphemeralComplete : view::EventKind::kEphemeralErrored,
        .address = address,
        .ephemeral = ActionOf(step),
        .elapsed = End(address)});
}

void ProgressView::EphemeralDeferred(const state::InstanceAddress& address) {
  Show({.kind = view::EventKind::kEphemeralDeferred, .address = address});
}

void ProgressView::Begin(const view::Event& event) {
  running_[event.address] = {.since = loop_.clock().Now(), .event = event};
  if (ticking_.size() == 0) ticking_.Spawn(Tick());
  Show(event);
}

std::chrono::seconds ProgressView::End(const state::InstanceAddress& address) {
  const auto elapsed =
      std::chrono::round<std::chrono::seconds>(loop_.clock().Now() - running_[address].since);
  running_.erase(address);
  return elapsed;
}

// Nothing that begins meanwhile is due before it wakes.
Duration ProgressView::UntilDue() const {
  Duration least = view::kProgressPeriod;
  for (const auto& [address, one] : running_) {
    const Duration due = (one.periods + 1) * view::kProgressPeriod - (loop_.clock().Now() - one.since);
    least = std::min(least, std::max(due, Duration::zero()));
  }
  return least;
}

void ProgressView::ShowOverdue() {
  for (auto& [address, one] : running_) {
    const int64_t periods = (loop_.clock().Now() - one.since) / view::kProgressPeriod;
    if (periods <= one.periods) continue;
    one.periods = periods;
    view::Event event = one.event;
    const bool applies = one.event.kind == view::EventKind::kApplyStart;
    event.kind = applies ? view::EventKind::kApplyProgress : view::EventKind::kEphemeralProgress;
    event.elapsed = periods * view::kProgressPeriod;
    Show(event);
  }
}

net::Task<void> ProgressView::Tick() {
  for (;;) {
    co_await loop_.SleepUntil(loop_.clock().Now() + UntilDue());
    ShowOverdue();
  }
}

}  // namespace cairn::commands
