#pragma once

// Results of conditions: what they are called, and as states remember them.

#include <string>
#include <vector>

#include "plan/plan.h"
#include "state/state.h"

namespace cairn::plan {

// "module.m.check.c"
std::string AddressOf(const CheckResult& check);
// "module.m[0].terraform_data.a[1]"; `check` is that of the block.
std::string AddressOf(const CheckResult& check, const CheckObject& object);

std::vector<state::CheckResult> ToStateChecks(const std::vector<CheckResult>& checks);
// Without those whose addresses make no sense.
std::vector<CheckResult> FromStateChecks(const std::vector<state::CheckResult>& checks);

}  // namespace cairn::plan
