#pragma once

// Which state may follow which.

#include <optional>
#include <string>

#include "base/result.h"
#include "state/state.h"

namespace cairn::state {

// Makes `next` the version after `last` (nothing if there was none): the same lineage, or a new one; a serial
// higher by one if it differs. Whether it differs, and so must be written.
bool MakeNextVersion(const std::optional<State>& last, State& next);

// Whether `pushed` may take the place of `existing` (`state push`): kConflict, in the peer's words, if they
// are of different lineages, or the existing one is newer.
Result<> CheckPush(const State& pushed, const std::optional<State>& existing);

}  // namespace cairn::state
