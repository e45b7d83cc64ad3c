#pragma once

// Shows what an operation does, a line for each step.

#include <unordered_map>

#include "base/clock.h"
#include "commands/screen.h"
#include "infra/observer.h"
#include "state/address.h"
#include "view/progress.h"

namespace cairn::commands {

class ProgressView final : public infra::Observer {
 public:
  // Both must outlive it.
  ProgressView(Screen& screen, const Clock& clock) : screen_(screen), clock_(clock) {}

  void RefreshStarted(const state::InstanceAddress& address, const std::string& id) override;
  void RefreshDone(const state::InstanceAddress& address, const std::string& id) override;
  void ApplyStarted(const state::InstanceAddress& address, const std::string& deposed, plan::Action action,
                    const std::string& id) override;
  void ApplyDone(const state::InstanceAddress& address, const std::string& deposed, plan::Action action,
                 const std::string& id, bool ok) override;

 private:
  void Show(const view::Event& event);

  Screen& screen_;
  const Clock& clock_;
  std::unordered_map<state::InstanceAddress, TimePoint, state::AddressHash> started_;
};

}  // namespace cairn::commands
