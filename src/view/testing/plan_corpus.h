#pragma once

// What was recorded from terraform: tests/view/plans/ (its README says how).

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace cairn::view::testing {

struct PlanCase {
  std::string name;                             // of the file, without its ending
  std::map<std::string, std::string> sections;  // by their titles

  const std::string& operator[](const std::string& title) const;  // empty if there is none
};

// Sorted by name; CAIRN_SOURCE_DIR says where the checkout is.
std::vector<PlanCase> ReadPlanCases();

// A member of a JSON object, as it is written there; empty if there is none.
std::string_view RawMember(std::string_view json, std::string_view name);

// The plan that terraform made, from its JSON, the schemas and the arguments. Aborts if it cannot be read.
plan::Plan ReadPlan(const PlanCase& test);

}  // namespace cairn::view::testing
