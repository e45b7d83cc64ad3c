#pragma once

// What plan, apply, destroy and refresh have in common.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/operation_flags.h"
#include "commands/screen.h"
#include "commands/session.h"
#include "infra/applier.h"
#include "infra/planner.h"

namespace cairn::commands {

// Reads the flags of the command `name`, beside those that `flags` has already, and runs it with the words
// that are no flags. Returns the exit code.
using RunWithFlags = std::function<int(const OperationFlags& flags, const std::vector<std::string>& words)>;
int RunOperation(Screen& screen, const std::vector<std::string>& words, OperationFlags flags,
                 std::string_view name, const RunWithFlags& run);

// What the flags of the command `name` ask of planning; nothing if they are wrong, which has been said.
std::optional<infra::PlanOptions> PlanOptionsOf(const OperationFlags& flags, std::string_view name,
                                                Screen& screen);

// Loads all that planning needs; false if something is wrong, which has been said.
bool PrepareToPlan(Session& session, std::string_view operation);

infra::PlanOutcome MakePlan(Session& session, infra::PlanOptions options);

// `state` with the outputs that a plan knows the values of.
state::State WithKnownOutputs(state::State state, const plan::Plan& plan, const config::Module& root);

// For people, or as lines of JSON.
void ShowPlan(Screen& screen, const plan::Plan& plan);
void ShowApplied(Screen& screen, const infra::ApplyOutcome& outcome, bool destroy);
void ShowOutputs(Screen& screen, const std::map<std::string, state::OutputState>& outputs);

}  // namespace cairn::commands
