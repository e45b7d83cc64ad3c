#include "commands/progress_view.h"

#include <chrono>

#include "view/ui_stream.h"

namespace cairn::commands {

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

void ProgressView::ApplyStarted(const state::InstanceAddress& address, const std::string& deposed,
                                plan::Action action, const std::string& id) {
  started_[address] = clock_.Now();
  Show({.kind = view::EventKind::kApplyStart,
        .address = address,
        .deposed = deposed,
        .action = action,
        .id_key = id.empty() ? "" : "id",
        .id_value = id});
}

void ProgressView::ApplyDone(const state::InstanceAddress& address, const std::string& deposed,
                             plan::Action action, const std::string& id, bool ok) {
  if (!ok && action == plan::Action::kRead) return;  // its diagnostic says so
  const auto elapsed = std::chrono::round<std::chrono::seconds>(clock_.Now() - started_[address]);
  Show({.kind = ok ? view::EventKind::kApplyComplete : view::EventKind::kApplyErrored,
        .address = address,
        .deposed = deposed,
        .action = action,
        .id_key = id.empty() ? "" : "id",
        .id_value = id,
        .elapsed = elapsed});
}

}  // namespace cairn::commands
