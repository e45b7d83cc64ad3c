#include "state/state_version.h"

#include "base/strings.h"
#include "hcl/quote.h"
#include "state/lock_info.h"

namespace cairn::state {

bool MakeNextVersion(const std::optional<State>& last, State& next) {
  if (!last) {
    if (next.lineage.empty()) next.lineage = NewUuid();
    next.serial = 1;
    return true;
  }
  next.lineage = last->lineage.empty() ? NewUuid() : last->lineage;
  next.serial = last->serial;
  if (SameContent(*last, next)) return false;
  ++next.serial;
  return true;
}

Result<> CheckPush(const State& pushed, const std::optional<State>& existing) {
  if (!existing || existing->empty()) return {};
  if (!pushed.lineage.empty() && !existing->lineage.empty() && pushed.lineage != existing->lineage) {
    return Fail(ErrorCode::kConflict,
                Format("cannot import state with lineage {} over unrelated state with lineage {}",
                       hcl::GoQuoted(pushed.lineage), hcl::GoQuoted(existing->lineage)));
  }
  if (pushed.serial < existing->serial) {
    return Fail(ErrorCode::kConflict,
                Format("cannot import state with serial {} over newer state with serial {}", pushed.serial,
                       existing->serial));
  }
  if (pushed.serial == existing->serial && !SameContent(pushed, *existing)) {
    return Fail(
        ErrorCode::kConflict,
        Format("cannot overwrite existing state with serial {} with a different state that has the same "
               "serial",
               pushed.serial));
  }
  return {};
}

}  // namespace cairn::state
