#include "view/apply_summary.h"

#include "view/colour.h"

namespace cairn::view {

std::string RenderApplySummary(const ChangeCounts& counts, Operation operation, const Outputs& outputs,
                               const HumanStyle& style) {
  const Colours colours(style.colour);
  std::string out = colours("[reset][bold][green]\n" + SummaryText(counts, operation) + "\n");
  if (operation == Operation::kDestroy || outputs.empty()) return out;
  return out + colours("[reset][bold][green]\nOutputs:\n\n") + RenderOutputs(outputs);
}

}  // namespace cairn::view
