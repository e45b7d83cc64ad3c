#pragma once

// What `apply` and `destroy` say when they are done.

#include <string>

#include "view/human_plan.h"
#include "view/state_view.h"
#include "view/ui_stream.h"

namespace cairn::view {

// From the empty line at the beginning on: how much was done, and after an apply the outputs, if there are
// any. Ends with a newline. `operation` is kApply or kDestroy.
std::string RenderApplySummary(const ChangeCounts& counts, Operation operation, const Outputs& outputs,
                               const HumanStyle& style = {});

}  // namespace cairn::view
