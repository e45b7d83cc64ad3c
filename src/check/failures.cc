#include "check/failures.h"

#include <algorithm>

namespace cairn::check {
namespace {

constexpr std::string_view kOther = "other";

}  // namespace

void FailureList::Add(size_t address, std::string_view what) {
  const auto find = [&](std::string_view wanted) {
    return std::ranges::find_if(failures_,
                                [&](const Failure& f) { return f.address == address && f.what == wanted; });
  };
  auto found = find(what);
  if (found == failures_.end() && failures_.size() >= kKindsMax) found = find(kOther);
  if (found != failures_.end()) {
    ++found->count;
    return;
  }
  // One "other" for each address may follow the bound.
  failures_.push_back({address, std::string(failures_.size() < kKindsMax ? what : kOther), 1});
}

}  // namespace cairn::check
