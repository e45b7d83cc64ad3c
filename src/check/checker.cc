#include "check/checker.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/strings.h"

namespace cairn::check {
namespace {

class Checker {
 public:
  Checker(const History& history, const CheckOptions& options)
      : operations_(history.operations()), options_(options) {
    verdict_.gap_budget = options.gap_budget;
    verdict_.violating.resize(operations_.size());
  }

  Verdict Run() {
    Sort();
    SweepOrder();
    SweepConnections();
    FindMalformed();
    ExplainJumps();
    verdict_.ok = verdict_.numbers > 0 && verdict_.duplicates == 0 && verdict_.backwards == 0 &&
                  verdict_.connection_backwards == 0 && verdict_.malformed == 0 &&
                  verdict_.unexplained() <= options_.gap_budget;
    return std::move(verdict_);
  }

 private:
  // An answered operation, small enough for a fast sort.
  struct Answer {
    int64_t number;
    size_t index;
    auto operator<=>(const Answer&) const = default;
  };

  const Operation& Of(const Answer& answer) const { return operations_[answer.index]; }

  // Fills answers_ by number, equal ones in the order of the history, and lost_starts_ by time.
  void Sort() {
    for (size_t i = 0; i < operations_.size(); ++i) {
      const Operation& operation = operations_[i];
      switch (operation.outcome) {
        case Outcome::kNumber:
          answers_.push_back({operation.number, i});
          break;
        case Outcome::kIndeterminate:
          ++verdict_.indeterminate;
          break;
        case Outcome::kFailed:
          ++verdict_.failed;
          break;
        case Outcome::kMalformed:
          ++verdict_.malformed;
          break;
      }
      if (operation.outcome == Outcome::kIndeterminate || operation.outcome == Outcome::kMalformed) {
        lost_starts_.push_back(operation.start_ns);
      }
    }
    std::ranges::sort(answers_);
    std::ranges::sort(lost_starts_);
    verdict_.numbers = answers_.size();
    if (answers_.empty()) return;
    verdict_.lowest = answers_.front().number;
    verdict_.highest = answers_.back().number;
  }

  void SweepOrder() {
    std::vector<Violation> duplicates;
    std::vector<Violation> backwards;
    size_t latest = 0;  // among the answers so far, the one with the latest start
    for (size_t i = 1; i < answers_.size(); ++i) {
      const Answer& answer = answers_[i];
      if (answer.number == answers_[i - 1].number) {
        ++verdict_.duplicates;
        Note({ViolationKind::kDuplicate, answers_[i - 1].index, answer.index}, duplicates);
      } else if (Of(answer).end_ns < Of(answers_[latest]).start_ns) {
        ++verdict_.backwards;
        Note({ViolationKind::kBackwards, answer.index, answers_[latest].index}, backwards);
      }
      if (Of(answer).start_ns > Of(answers_[latest]).start_ns) latest = i;
    }
    std::ranges::copy(duplicates, std::back_inserter(verdict_.examples));
    std::ranges::copy(backwards, std::back_inserter(verdict_.examples));
  }

  // Requests that wait together on one connection are answered in their order, so their numbers increase as
  // well. Those that do not overlap are ordered by time already.
  void SweepConnections() {
    std::vector<Violation> found;
    std::unordered_map<uint32_t, size_t> previous;  // connection -> its last answered operation
    for (size_t i = 0; i < operations_.size(); ++i) {
      const Operation& operation = operations_[i];
      if (operation.outcome != Outcome::kNumber || operation.connection == 0) continue;
      const auto [entry, is_first] = previous.try_emplace(operation.connection, i);
      if (is_first) continue;
      const Operation& before = operations_[entry->second];
      if (operation.number < before.number && operation.start_ns <= before.end_ns) {
        ++verdict_.connection_backwards;
        Note({ViolationKind::kConnection, entry->second, i}, found);
      }
      entry->second = i;
    }
    std::ranges::copy(found, std::back_inserter(verdict_.examples));
  }

  void FindMalformed() {
    std::vector<Violation> found;
    for (size_t i = 0; i < operations_.size(); ++i) {
      if (operations_[i].outcome == Outcome::kMalformed) Note({ViolationKind::kMalformed, i, i}, found);
    }
    std::ranges::copy(found, std::back_inserter(verdict_.examples));
  }

  void Note(const Violation& violation, std::vector<Violation>& examples) {
    verdict_.violating[violation.first] = true;
    verdict_.violating[violation.second] = true;
    if (examples.size() < options_.examples_max) examples.push_back(violation);
  }

  // The most that lost answers can explain: deadlines grow with the numbers, so what is usable for one jump
  // is usable for all later ones, and taking any for the earliest deadline first loses nothing.
  void ExplainJumps() {
    std::vector<Jump> jumps;
    uint64_t used = 0;
    const std::vector<int64_t> deadlines = JumpDeadlines();
    size_t next = 0;
    for (size_t i = 1; i < answers_.size(); ++i) {
      const uint64_t missing = MissingBefore(i);
      if (missing == 0) continue;
      const auto usable = std::ranges::upper_bound(lost_starts_, deadlines[next++]) - lost_starts_.begin();
      const uint64_t explained = std::min(missing, static_cast<uint64_t>(usable) - used);
      used += explained;
      verdict_.missing += missing;
      jumps.push_back({answers_[i - 1].index, answers_[i].index, missing, explained});
    }
    verdict_.explained = used;
    verdict_.jumps = jumps.size();
    const size_t kept = std::min(jumps.size(), options_.examples_max);
    std::ranges::partial_sort(jumps, jumps.begin() + static_cast<ptrdiff_t>(kept), std::ranges::greater(),
                              [this](const Jump& jump) {
                                return std::tuple(jump.missing - jump.explained, jump.missing,
                                                  operations_[jump.below].number);
                              });
    jumps.resize(kept);
    verdict_.largest_jumps = std::move(jumps);
  }

  // For each jump, in the order of the numbers, the earliest end of a number above it.
  std::vector<int64_t> JumpDeadlines() const {
    std::vector<int64_t> deadlines;
    int64_t earliest_end = std::numeric_limits<int64_t>::max();
    for (size_t i = answers_.size(); i-- > 1;) {
      earliest_end = std::min(earliest_end, Of(answers_[i]).end_ns);
      if (MissingBefore(i) > 0) deadlines.push_back(earliest_end);
    }
    std::ranges::reverse(deadlines);
    return deadlines;
  }

  // Unsigned, as the distance of two 64-bit numbers can exceed the signed range.
  uint64_t MissingBefore(size_t i) const {
    const uint64_t distance =
        static_cast<uint64_t>(answers_[i].number) - static_cast<uint64_t>(answers_[i - 1].number);
    return distance == 0 ? 0 : distance - 1;
  }

  const std::span<const Operation> operations_;
  const CheckOptions options_;
  std::vector<Answer> answers_;
  std::vector<int64_t> lost_starts_;
  Verdict verdict_;
};

std::string Seconds(int64_t ns) {
  return Format("{}.{:09} s", ns / 1'000'000'000, ns % 1'000'000'000);
}

// "127.0.0.1:8081, connection 3".
std::string Place(const Operation& operation, const History& history) {
  const std::string& address = history.addresses()[operation.address];
  return operation.connection == 0 ? address : Format("{}, connection {}", address, operation.connection);
}

// "127.0.0.1:8081, connection 3, from 1.000000000 s to 1.000200000 s".
std::string PlaceAndTime(const Operation& operation, const History& history) {
  return Format("{}, from {} to {}", Place(operation, history), Seconds(operation.start_ns),
                Seconds(operation.end_ns));
}

}  // namespace

Verdict Check(const History& history, const CheckOptions& options) {
  return Checker(history, options).Run();
}

std::string Describe(const Violation& violation, const History& history) {
  const Operation& first = history.operations()[violation.first];
  const Operation& second = history.operations()[violation.second];
  switch (violation.kind) {
    case ViolationKind::kDuplicate:
      return Format("{} was given twice: by {}; and by {}", first.number, PlaceAndTime(first, history),
                    PlaceAndTime(second, history));
    case ViolationKind::kBackwards:
      return Format(
          "{} came after {}: {} had arrived at {} ({}) when the request that got {} was sent at {} ({})",
          second.number, first.number, first.number, Seconds(first.end_ns), Place(first, history),
          second.number, Seconds(second.start_ns), Place(second, history));
    case ViolationKind::kConnection:
      return Format("{} answered the request sent after the one that got {}: {}; both waited at {}",
                    second.number, first.number, Place(first, history), Seconds(second.start_ns));
    case ViolationKind::kMalformed:
      return Format("a success without a number: {}", PlaceAndTime(first, history));
  }
  std::unreachable();
}

std::string Describe(const Jump& jump, const History& history) {
  const Operation& below = history.operations()[jump.below];
  const Operation& above = history.operations()[jump.above];
  return Format(
      "{} missing between {} (arrived at {}) and {} (arrived at {}), {} of them explained by lost answers",
      jump.missing, below.number, Seconds(below.end_ns), above.number, Seconds(above.end_ns), jump.explained);
}

}  // namespace cairn::check
