#include "view/state_view.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "state/state_format.h"
#include "view/testing/plan_corpus.h"

namespace cairn::view {
namespace {

using testing::PlanCase;

std::shared_ptr<const hcl::BlockSchema> Schema(const std::string&, const state::ResourceName& resource) {
  return testing::FindSchema(resource.type(), resource.mode());
}

state::State ReadState(const PlanCase& test) {
  hcl::Diagnostics diagnostics;
  std::optional<state::State> state = state::ReadState(test["state"], diagnostics);
  EXPECT_TRUE(state) << test.name;
  return state ? *state : state::State();
}

TEST(StateView, IsWhatTerraformShows) {
  for (const PlanCase& test : testing::ReadCases("states")) {
    const state::State state = ReadState(test);
    EXPECT_EQ(RenderState(state, Schema).value(), test["show"]) << test.name;
    EXPECT_EQ(RenderState(state, Schema, {.colour = true}).value(), test["show in colour"]) << test.name;
    EXPECT_EQ(WriteStateJson(state, Schema).value() + "\n", test["json"]) << test.name;
  }
}

TEST(StateView, FailsForATypeThatHasNoSchema) {
  const auto none = [](const std::string&, const state::ResourceName&) { return nullptr; };
  for (const PlanCase& test : testing::ReadCases("states")) {
    const state::State state = ReadState(test);
    EXPECT_EQ(WriteStateJson(state, none).has_value(), state.resources.empty()) << test.name;
  }
}

TEST(OutputView, IsWhatTerraformPrints) {
  for (const PlanCase& test : testing::ReadCases("states")) {
    const state::State state = ReadState(test);
    if (state.outputs.empty()) continue;
    EXPECT_EQ(RenderOutputs(state.outputs), test["outputs"]) << test.name;
    EXPECT_EQ(WriteOutputsJson(state.outputs), test["outputs as json"]) << test.name;
    for (const auto& [name, output] : state.outputs) {
      EXPECT_EQ(RenderOutput(output), test["output " + name]) << test.name << " " << name;
      EXPECT_EQ(WriteOutputJson(output), test["output as json " + name]) << test.name << " " << name;
      EXPECT_EQ(WriteOutputRaw(name, output).value_or(""), test["raw output " + name]) << name;
    }
  }
}

}  // namespace
}  // namespace cairn::view
