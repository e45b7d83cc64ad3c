#include "view/plan_json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "view/testing/plan_corpus.h"
#include "view/ui_stream.h"

namespace cairn::view {
namespace {

using testing::PlanCase;

TEST(PlanJson, IsWhatTerraformShows) {
  for (const PlanCase& test : testing::ReadPlanCases()) {
    std::string json = test["json"];
    json.resize(json.find_last_not_of('\n') + 1);
    const PlanJsonParts parts{.prior_state = testing::RawMember(json, "prior_state"),
                              .configuration = testing::RawMember(json, "configuration")};
    EXPECT_EQ(WritePlanJson(testing::ReadPlan(test), parts), json) << test.name;
  }
}

// In any order: terraform's is that of its walk.
TEST(UiStream, SaysOfPlansWhatTerraformSays) {
  for (const PlanCase& test : testing::ReadPlanCases()) {
    std::vector<std::string> recorded;
    for (const std::string_view line : Split(test["stream"], '\n')) {
      if (!line.empty() && line.find("\"type\":\"diagnostic\"") == std::string_view::npos) {
        recorded.emplace_back(line);
      }
    }
    std::vector<std::string> lines = PlanLines(testing::ReadPlan(test), "");
    std::ranges::sort(recorded);
    std::ranges::sort(lines);
    EXPECT_EQ(lines, recorded) << test.name;
  }
}

}  // namespace
}  // namespace cairn::view
