#pragma once

// Following the moves that a configuration states.

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hcl/diagnostic.h"
#include "infra/module_run.h"
#include "infra/move_statement.h"
#include "state/state.h"

namespace cairn::infra {

struct Moves {
  std::vector<MoveStatement> statements = {};
  // Of each instance that moved: where it was, by where it is now.
  std::unordered_map<state::InstanceAddress, state::InstanceAddress, state::AddressHash> previous = {};
  // Of those that became another type: the statement, by where it is now.
  std::unordered_map<state::InstanceAddress, size_t, state::AddressHash> retyped = {};
  // What could not move as something was there already: what, and where to.
  std::vector<std::pair<std::string, std::string>> blocked = {};

  const state::InstanceAddress& PreviousOf(const state::InstanceAddress& address) const;
};

// Moves the objects of `state`. Statements that make no sense as a whole move nothing: CheckMoves tells.
Moves ApplyMoves(const config::Config& root, state::State& state);

// Whether an instance of the configuration is there, once all has been expanded.
using IsDeclared = std::function<bool(const state::InstanceAddress&)>;

// What is wrong with the statements; else a warning about those that were blocked, unless `failed`: something
// else was wrong.
hcl::Diagnostics CheckMoves(const Moves& moves, const ModuleRun& root, const IsDeclared& declared,
                            bool failed);

}  // namespace cairn::infra
