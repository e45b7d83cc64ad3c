#pragma once

// What an operation tells while it runs, for whoever shows it.

#include <cstdint>
#include <string>

#include "hcl/diagnostic.h"
#include "plan/plan.h"
#include "state/address.h"

namespace cairn::infra {

enum class EphemeralStep : uint8_t { kOpen, kRenew, kClose };

// Calls come from the operation's loop, and must not block it.
class Observer {
 public:
  virtual ~Observer() = default;

  // An object is asked what it is like now. `id` is empty where it has none.
  virtual void RefreshStarted(const state::InstanceAddress& /*address*/, const std::string& /*id*/) {}
  virtual void RefreshDone(const state::InstanceAddress& /*address*/, const std::string& /*id*/) {}

  // What an import block calls `id` is asked for while planning; it is imported when that is applied.
  virtual void ImportStarted(const state::InstanceAddress& /*address*/, const std::string& /*id*/) {}
  virtual void Imported(const state::InstanceAddress& /*address*/, const std::string& /*id*/) {}
  // What PlanOptions::import names is asked for, and the provider found it.
  virtual void SingleImportStarted(const state::InstanceAddress& /*address*/, const std::string& /*id*/) {}
  virtual void SingleImportPrepared(const state::InstanceAddress& /*address*/) {}

  // A change is applied, or a data source is read (Action::kRead, also while planning).
  virtual void ApplyStarted(const state::InstanceAddress& /*address*/, const std::string& /*deposed*/,
                            plan::Action /*action*/, const std::string& /*id*/) {}
  virtual void ApplyDone(const state::InstanceAddress& /*address*/, const std::string& /*deposed*/,
                         plan::Action /*action*/, const std::string& /*id*/, bool /*ok*/) {}

  virtual void ProvisionStarted(const state::InstanceAddress& /*address*/, const std::string& /*type*/) {}
  virtual void ProvisionOutput(const state::InstanceAddress& /*address*/, const std::string& /*type*/,
                               const std::string& /*line*/) {}
  virtual void ProvisionDone(const state::InstanceAddress& /*address*/, const std::string& /*type*/,
                             bool /*ok*/) {}

  virtual void EphemeralStarted(const state::InstanceAddress& /*address*/, EphemeralStep /*step*/) {}
  virtual void EphemeralDone(const state::InstanceAddress& /*address*/, EphemeralStep /*step*/, bool /*ok*/) {
  }
  // It cannot be opened yet: its configuration is not known.
  virtual void EphemeralDeferred(const state::InstanceAddress& /*address*/) {}
};

}  // namespace cairn::infra
