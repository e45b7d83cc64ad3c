#pragma once

// A plan for people.

#include <cstddef>
#include <string>

#include "plan/plan.h"
#include "view/colour.h"

namespace cairn::view {

struct HumanStyle {
  bool colour = false;
  size_t width = 78;           // columns of the terminal; 78 where there is none
  bool in_automation = false;  // TF_IN_AUTOMATION: no commands to run next
};

// What `terraform plan` and `terraform show PLAN` print, from the empty line at the beginning on: drift,
// legend, changes, summary, outputs, or that there is nothing to do.
std::string RenderPlan(const plan::Plan& plan, const HumanStyle& style = {});

// Files that were written, as the user named them; empty where there is none.
struct PlanFiles {
  std::string plan = {};              // -out
  std::string generated_config = {};  // -generate-config-out
};

// What `plan` says below it: what was saved where, or that it was not.
std::string RenderPlanNote(const plan::Plan& plan, const PlanFiles& files, const HumanStyle& style = {});

// One change: its comment lines and the object. Ends without a newline.
std::string RenderResourceChange(const plan::ResourceChange& change, const HumanStyle& style = {});

// A line across the terminal, with an empty one above.
std::string HorizontalRule(const HumanStyle& style);

}  // namespace cairn::view
