#include "view/human_plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "view/testing/plan_corpus.h"

namespace cairn::view {
namespace {

using testing::PlanCase;

TEST(HumanPlan, IsWhatTerraformShows) {
  const std::vector<PlanCase> cases = testing::ReadPlanCases();
  ASSERT_GE(cases.size(), 1U);
  for (const PlanCase& test : cases) {
    const plan::Plan plan = testing::ReadPlan(test);
    EXPECT_EQ(RenderPlan(plan), test["plan"]) << test.name;
  }
}

TEST(HumanPlan, HasTerraformsColours) {
  for (const PlanCase& test : testing::ReadPlanCases()) {
    const plan::Plan plan = testing::ReadPlan(test);
    EXPECT_EQ(RenderPlan(plan, {.colour = true}), test["plan in colour"]) << test.name;
  }
}

TEST(HumanPlan, EndsWithTheSameNote) {
  for (const PlanCase& test : testing::ReadPlanCases()) {
    if (test["rest"].empty()) continue;
    const plan::Plan plan = testing::ReadPlan(test);
    const bool generated = test["arguments"].find("-generate-config-out") != std::string::npos;
    const PlanFiles files{.plan = "plan", .generated_config = generated ? "generated.tf" : ""};
    EXPECT_EQ(RenderPlanNote(plan, files), "\n" + test["rest"]) << test.name;
  }
}

}  // namespace
}  // namespace cairn::view
