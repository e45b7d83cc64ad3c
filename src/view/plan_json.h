#pragma once

// A plan as `terraform show -json` has it, format version 1.2.

#include <string>
#include <string_view>

#include "plan/plan.h"

namespace cairn::view {

inline constexpr std::string_view kPlanFormatVersion = "1.2";

// What is said beside the plan itself, each a JSON value.
struct PlanJsonParts {
  std::string_view prior_state = {};    // as of WriteStateJson; empty: there was nothing in it
  std::string_view configuration = {};  // what the modules say
};

// One line, without a newline at the end.
std::string WritePlanJson(const plan::Plan& plan, const PlanJsonParts& parts);

}  // namespace cairn::view
