#pragma once

// A counter in a store that can lose its memory: Redis, seen by what this program needs of it.
//
// The store keeps the number and beside it a mark: the epoch in which the number was put there, and the
// identity that the store had then. A store that restarts or is promoted has a new identity, so its mark no
// longer fits, and nothing is taken from it until somebody has claimed it for a new epoch.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/task.h"

namespace cairn::counter {

// What is in the store.
struct StoreState {
  std::optional<std::string> number;  // as stored; nothing if the key is missing
  std::optional<std::string> mark;    // "EPOCH IDENTITY"; nothing if the key is missing
  std::string identity;               // of the store as it is now

  bool operator==(const StoreState&) const = default;

  // Whether the store still is what it was when it was marked: neither restarted nor promoted since.
  bool IsUnchangedSinceMark() const;
  // Whether the mark is of `epoch` and of the store as it is now.
  bool IsMarked(int64_t epoch) const;
  // The epoch of the mark, or nothing if there is no mark or it is not one.
  std::optional<int64_t> marked_epoch() const;
};

struct TakeRequest {
  int64_t count = 1;
  int64_t epoch = 0;               // what the mark must say
  int64_t floor = 0;               // the number in the store must not be smaller
  std::optional<int64_t> ceiling;  // the last number taken must not be larger
};

struct TakeReply {
  enum class Kind {
    kTaken,     // the numbers last - count + 1 … last are the caller's
    kMismatch,  // number, mark or identity are not as expected (`state`); nothing was taken
    kCeiling,   // that would have passed the ceiling; nothing was taken
  };
  Kind kind = Kind::kMismatch;
  int64_t last = 0;
  StoreState state;
};

class CounterStore {
 public:
  virtual ~CounterStore() = default;

  // Takes numbers in one atomic step. Errors as RangeSource::Take.
  virtual net::Task<Result<TakeReply>> Take(TakeRequest request, TimePoint deadline) = 0;

  // If the store is still as `seen`, atomically sets the number to `start` and the mark to `epoch` and the
  // identity of now. False if it is not. After an error either may be true.
  virtual net::Task<Result<bool>> Claim(StoreState seen, int64_t start, int64_t epoch,
                                        TimePoint deadline) = 0;

  // This store is not the one: the next call looks for it again. Not during a call.
  virtual void LookElsewhere() = 0;
};

}  // namespace cairn::counter
