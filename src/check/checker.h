#pragma once

// Judges a history of a counter: are the numbers unique, do they only increase, and is none lost without a
// reason?
//
// The model. A counter answers 1 more than it answered before; a history is right when every answered request
// can be given one moment between its start and its end, so that the moments in order carry the numbers in
// order (linearizability). With unique numbers the only candidate is the order by number, so no search is
// needed: sort by number and sweep, keeping the latest start so far. An operation that ended before the
// latest start of a smaller number is wrong, since whoever got its number could see a smaller one handed out
// afterwards; when none is, the running maximum of the starts is a moment for each.
//
// Numbers that nobody received. A missing number g was given to a request whose answer was lost: to one that
// started no later than the earliest end of a larger number (every larger number came later). One lost answer
// explains one missing number; as all numbers of a jump have the same deadline, jumps are explained whole, in
// the order of the numbers, and no missing number is looked at by itself. What remains must fit a budget:
// proxies that repeat a GET and counters that jump ahead after a fail-over burn numbers without a trace in
// the history.
//
// What is beyond the smallest and the largest number seen is not judged.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/history.h"

namespace cairn::check {

struct CheckOptions {
  uint64_t gap_budget = 0;   // missing numbers that need no lost answer
  size_t examples_max = 10;  // violations of a kind and jumps that are kept; all of them are counted
};

enum class ViolationKind : uint8_t {
  kDuplicate,   // `first` and `second` got the same number
  kBackwards,   // `first` had ended when `second` started, and `second` got the smaller number
  kConnection,  // both overlapped on one connection, `first` was sent first, and `second` got the smaller
                // number
  kMalformed,   // `first` was a success without a number; `second` is the same
};

// Operations are indices into History::operations().
struct Violation {
  ViolationKind kind = ViolationKind::kDuplicate;
  size_t first = 0;
  size_t second = 0;

  bool operator==(const Violation&) const = default;
};

// Two neighbours among the received numbers with others missing between them.
struct Jump {
  size_t below = 0;  // the operation that got the last number before the missing ones
  size_t above = 0;  // and the first one after them
  uint64_t missing = 0;
  uint64_t explained = 0;  // of them, by lost answers

  bool operator==(const Jump&) const = default;
};

struct Verdict {
  bool ok = false;  // at least one number, no violation, and no more unexplained numbers than the budget

  uint64_t numbers = 0;  // operations by outcome
  uint64_t indeterminate = 0;
  uint64_t failed = 0;
  uint64_t malformed = 0;
  std::optional<int64_t> lowest;  // of the numbers, if any
  std::optional<int64_t> highest;

  uint64_t duplicates = 0;  // operations, each counted once for a kind
  uint64_t backwards = 0;
  uint64_t connection_backwards = 0;
  std::vector<Violation> examples;  // at most examples_max of a kind, the kinds in their order
  std::vector<bool> violating;      // per operation: takes part in a violation

  uint64_t jumps = 0;
  uint64_t missing = 0;
  uint64_t explained = 0;  // of the missing; the rest is weighed against gap_budget
  uint64_t gap_budget = 0;
  std::vector<Jump> largest_jumps;  // at most examples_max, the largest unexplained part first

  uint64_t unexplained() const { return missing - explained; }
  bool operator==(const Verdict&) const = default;
};

// O(n log n) time and O(n) memory, whatever the size of the jumps.
Verdict Check(const History& history, const CheckOptions& options = {});

// One sentence about what is wrong, with the times, addresses and connections that prove it.
std::string Describe(const Violation& violation, const History& history);
std::string Describe(const Jump& jump, const History& history);

}  // namespace cairn::check
