#pragma once

// What became of conditions, as plans and states have it in their JSON.

#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "view/json_writer.h"

namespace cairn::view {

// The release of the peer that all of this is equal to, and says that it is.
inline constexpr std::string_view kTerraformVersion = "1.11.4";

// The member "checks", if there are any. Sorted by what they are called.
void WriteChecks(JsonWriter& out, const std::vector<plan::CheckResult>& checks);

}  // namespace cairn::view
