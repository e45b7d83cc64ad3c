#pragma once

// A state as `terraform show` and `terraform output` have it.

#include <map>
#include <string>

#include "base/result.h"
#include "state/state.h"
#include "view/human_plan.h"
#include "view/state_values.h"

namespace cairn::view {

inline constexpr std::string_view kStateFormatVersion = "1.0";

// `show -json`, format version 1.0: one line, without a newline at the end. Also `prior_state` of a plan.
Result<std::string> WriteStateJson(const state::State& state, const SchemaSource& schemas);

// `show`, with a newline at the end.
Result<std::string> RenderState(const state::State& state, const SchemaSource& schemas,
                                const HumanStyle& style = {});

// `state show`: one object.
std::string RenderObject(const StateObject& object, const HumanStyle& style = {});

using Outputs = std::map<std::string, state::OutputState>;

// `output`: a line or more each, sensitive ones as `<sensitive>`; also below "Outputs:" after apply.
std::string RenderOutputs(const Outputs& outputs);
// `output NAME`, with a newline.
std::string RenderOutput(const state::OutputState& output);
// `output -json`, laid out, with a newline.
std::string WriteOutputsJson(const Outputs& outputs);
// `output -json NAME`, on one line, with a newline.
std::string WriteOutputJson(const state::OutputState& output);
// `output -raw NAME`: a text, number or boolean as it is. kInvalid, in the peer's words, for anything else.
Result<std::string> WriteOutputRaw(const std::string& name, const state::OutputState& output);

// What there is to say where there are no outputs: a warning's summary and detail.
struct NoOutputs {
  std::string_view summary = "No outputs found";
  std::string_view detail =
      "The state file either has no outputs defined, or all the defined outputs are empty. Please define an "
      "output in your configuration with the `output` keyword and run `terraform refresh` for it to become "
      "available. If you are using interpolation, please verify the interpolated value is not empty. You can "
      "use the `terraform console` command to assist.";
};

}  // namespace cairn::view
