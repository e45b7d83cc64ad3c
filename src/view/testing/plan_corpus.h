#pragma once

// What was recorded from terraform: tests/view/plans/ (its README says how).

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/schema.h"
#include "plan/plan.h"

namespace cairn::view::testing {

struct PlanCase {
  std::string name;                             // of the file, without its ending
  std::map<std::string, std::string> sections;  // by their titles

  const std::string& operator[](const std::string& title) const;  // empty if there is none
};

// Of a folder of tests/view/, sorted by name; CAIRN_SOURCE_DIR says where the checkout is.
std::vector<PlanCase> ReadCases(std::string_view folder);
inline std::vector<PlanCase> ReadPlanCases() {
  return ReadCases("plans");
}

// Of tests/view/schemas/; null if there is none.
std::shared_ptr<const hcl::BlockSchema> FindSchema(std::string_view type, state::ResourceMode mode);

// A member of a JSON object, as it is written there; empty if there is none.
std::string_view RawMember(std::string_view json, std::string_view name);

// The plan that terraform made, from its JSON, the schemas and the arguments. Aborts if it cannot be read.
plan::Plan ReadPlan(const PlanCase& test);

}  // namespace cairn::view::testing
