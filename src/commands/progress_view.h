#pragma once

// Shows what an operation does, a line for each step, and every ten seconds what is still being done.

#include <chrono>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "commands/screen.h"
#include "infra/observer.h"
#include "net/loop.h"
#include "net/task_group.h"
#include "state/address.h"
#include "view/progress.h"

namespace cairn::commands {

class ProgressView final : public infra::Observer {
 public:
  // Both must outlive it.
  ProgressView(Screen& screen, net::Loop& loop) : screen_(screen), loop_(loop), ticking_(loop) {}

  void RefreshStarted(const state::InstanceAddress& address, const std::string& id) override;
  void RefreshDone(const state::InstanceAddress& address, const std::string& id) override;
  void ImportStarted(const state::InstanceAddress& address, const std::string& id) override;
  void Imported(const state::InstanceAddress& address, const std::string& id) override;
  void SingleImportStarted(const state::InstanceAddress& address, const std::string& id) override;
  void SingleImportPrepared(const state::InstanceAddress& address) override;
  void ApplyStarted(const state::InstanceAddress& address, const std::string& deposed, plan::Action action,
                    const std::string& id) override;
  void ApplyDone(const state::InstanceAddress& address, const std::string& deposed, plan::Action action,
                 const std::string& id, bool ok) override;
  void ProvisionStarted(const state::InstanceAddress& address, const std::string& type) override;
  void ProvisionOutput(const state::InstanceAddress& address, const std::string& type,
                       const std::string& line) override;
  void ProvisionDone(const state::InstanceAddress& address, const std::string& type, bool ok) override;
  void EphemeralStarted(const state::InstanceAddress& address, infra::EphemeralStep step) override;
  void EphemeralDone(const state::InstanceAddress& address, infra::EphemeralStep step, bool ok) override;
  void EphemeralDeferred(const state::InstanceAddress& address) override;

 private:
  struct Running {
    TimePoint since;
    view::Event event;
    int64_t periods = 0;  // that have been told
  };
  void Show(const view::Event& event);
  void Begin(const view::Event& event);
  std::chrono::seconds End(const state::InstanceAddress& address);  // how long it took
  net::Task<void> Tick();
  void ShowOverdue();
  Duration UntilDue() const;

  Screen& screen_;
  net::Loop& loop_;
  std::unordered_map<state::InstanceAddress, Running, state::AddressHash> running_;
  net::TaskGroup ticking_;  // one task from the first application on
};

}  // namespace cairn::commands
