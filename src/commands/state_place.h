#pragma once

// Where a working folder keeps its state: in the backend that its configuration names, as `init` has set it
// up.

#include <optional>
#include <string>

#include "base/result.h"
#include "config/module.h"
#include "hcl/diagnostic.h"
#include "hcl/value.h"
#include "state/workspaces.h"

namespace cairn::commands {

struct StatePlace {
  std::string type = "local";
  hcl::Value config;  // an object of the backend's schema
};

// A folder without a backend block: a file in it.
StatePlace DefaultPlace();

// What the backend block of a root module says, with null for what it does not say, even where it has to.
// Nothing, and an error, if that is wrong.
std::optional<hcl::Value> ReadBackendBlock(const config::Backend& backend, hcl::Diagnostics& diagnostics);

// By the root module's backend block (none: the state is in a file) and what `init` wrote of it into
// `data_folder`. Nothing, and an error, if init has to be run again.
std::optional<StatePlace> FindStatePlace(const std::optional<config::Backend>& backend,
                                         const std::string& data_folder, hcl::Diagnostics& diagnostics);

// What `init` wrote of `place`; `config_hash` is that of the block.
Result<StatePlace> PlaceOf(const state::BackendRecord& record);
state::BackendRecord RecordOf(const StatePlace& place, uint64_t config_hash);

}  // namespace cairn::commands
