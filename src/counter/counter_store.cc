#include "counter/counter_store.h"

#include "base/strings.h"

namespace cairn::counter {

bool StoreState::IsMarked(int64_t epoch) const {
  return mark == Format("{} {}", epoch, identity);
}

bool StoreState::IsUnchangedSinceMark() const {
  return mark && mark->ends_with(" " + identity);
}

std::optional<int64_t> StoreState::marked_epoch() const {
  if (!mark) return std::nullopt;
  return ParseInt<int64_t>(std::string_view(*mark).substr(0, mark->find(' ')));
}

}  // namespace cairn::counter
