#pragma once

// Planning: what has to happen so that the world is as the configuration says.

#include <optional>
#include <string>
#include <vector>

#include "hcl/diagnostic.h"
#include "infra/imports.h"
#include "infra/operation.h"
#include "net/task.h"
#include "plan/plan.h"
#include "state/state.h"

namespace cairn::infra {

struct PlanOptions {
  // Only this is imported, and nothing else is planned: what counts is the state as refreshed.
  std::optional<ImportedObject> import = {};
  plan::Mode mode = plan::Mode::kNormal;
  bool refresh = true;                                     // ask each object what it is like now
  std::vector<state::InstanceAddress> force_replace = {};  // -replace
  std::vector<state::Target> targets = {};                 // -target; empty: everything
  // For messages, the file that will have what PlanOutcome::generated has; empty: nothing is to be generated.
  std::string generated_path = {};
  std::string timestamp = {};  // RFC 3339: what plantimestamp() says
};

// The resource block of an object that is imported, and had none.
struct GeneratedConfig {
  state::InstanceAddress address = {};
  std::string id = {};  // empty where it could not be planned
  std::string text = {};
};

struct PlanOutcome {
  bool made = true;  // else there is no plan to show: what the plan would begin from is not known
  plan::Plan plan = {};
  state::State refreshed = {};                  // the prior state, where and as the objects turned out to be
  std::vector<GeneratedConfig> generated = {};  // sorted by address
  hcl::Diagnostics diagnostics = {};
};

// Plans from `state`, which must outlive the task. With errors the plan has what could be planned, and is not
// applyable.
net::Task<PlanOutcome> MakePlan(OperationInput input, const state::State& state, PlanOptions options);

}  // namespace cairn::infra
