#pragma once

// Ephemeral resources: opened where a walk comes to them, renewed while they are open, closed at its end.
// Their values are marked, and are kept nowhere.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hcl/value.h"
#include "infra/operation.h"
#include "net/task.h"
#include "net/task_group.h"

namespace cairn::infra {

// Of one walk. Belongs to its loop.
class Ephemerals {
 public:
  // `operation` must outlive it.
  explicit Ephemerals(Operation& operation) : operation_(operation) {}

  // Opens `instance` and sets its value, which is unknown where the configuration is not wholly known yet.
  // False, and errors, if it cannot be opened.
  net::Task<bool> Open(const Instance& instance);

  // Closes all that are open. Errors are reported.
  net::Task<void> CloseAll();

 private:
  struct Opened {
    state::InstanceAddress address;
    provider::Provider* provider = nullptr;
    std::optional<provider::RenewTime> renew_at = {};
    std::optional<std::string> private_data = {};
  };

  net::Task<std::optional<hcl::Value>> CallOpen(const Instance& instance, const hcl::Value& config);
  net::Task<void> KeepOpen(Opened& opened);
  net::Task<void> Close(const Opened& opened);

  Operation& operation_;
  std::vector<std::unique_ptr<Opened>> opened_;
  std::optional<net::TaskGroup> renewals_;  // of what is in `opened_`
};

// Whether no attribute that is remembered is given an ephemeral value; each is reported.
bool CheckLasting(Operation& operation, const Instance& instance, const hcl::Value& marked_config);

}  // namespace cairn::infra
