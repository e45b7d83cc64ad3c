#pragma once

// Applying a plan: doing what it says, in an order in which nothing is used before it is there nor taken away
// while it is used.

#include <functional>

#include "base/result.h"
#include "hcl/diagnostic.h"
#include "infra/operation.h"
#include "net/task.h"
#include "plan/plan.h"
#include "state/state.h"

namespace cairn::infra {

// What has just become of one object: `object` is null if it is gone.
struct ObjectChange {
  state::InstanceAddress address = {};
  std::string deposed = {};  // the key of the deposed object that this is about; empty for the current one
  state::ObjectRef object = {};
  state::ProviderConfigAddress provider = {};
};

struct ApplyOptions {
  // Called for each finished operation, before what needs it begins: remembers it for good. An error ends the
  // apply.
  std::function<Result<>(const ObjectChange&)> remember = {};
  // 8 hexadecimal digits, never the same twice: for deposed objects.
  std::function<std::string()> new_deposed_key = {};
};

struct ApplyOutcome {
  state::State state = {};  // also with errors: all that was done
  hcl::Diagnostics diagnostics = {};
  size_t added = 0;
  size_t changed = 0;
  size_t destroyed = 0;
  size_t imported = 0;
};

// Warns that more may be left to do, if `plan` is of a part.
void WarnOfTargets(const plan::Plan& plan, hcl::Diagnostics& diagnostics);

// Applies `plan`, which was made of the same configuration and `state`. All must outlive the task.
net::Task<ApplyOutcome> ApplyPlan(OperationInput input, const plan::Plan& plan, const state::State& state,
                                  ApplyOptions options);

}  // namespace cairn::infra
