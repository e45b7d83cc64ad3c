#pragma once

// The history of a run against a counter: every request that was made, when, and what became of it.
// It is what checker.h judges, report.h summarises and plot.h draws.
// On disk: docs/formats/history.md.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::check {

// What became of a request, by what the counter may have done.
enum class Outcome : uint8_t {
  kNumber,         // answered with a number
  kIndeterminate,  // sent, then a timeout, a reset or a 5xx: the counter may have moved, now or later
  kFailed,         // certainly never executed, such as a refused connection
  kMalformed,      // a success without a number: wrong by itself, and the counter may have moved
};

// The word that the file and the reports use ("indeterminate").
std::string_view ToString(Outcome outcome);

// One request. Times are nanoseconds on one monotonic clock since the start of the run, never negative.
struct Operation {
  int64_t start_ns = 0;     // before the first byte of the request was sent
  int64_t end_ns = 0;       // after the last byte of the answer arrived, or when it was given up; >= start_ns
  int64_t number = 0;       // with kNumber; else 0
  uint32_t connection = 0;  // unique in the run over all addresses; 0: unknown
  uint16_t address = 0;     // index into History::addresses()
  Outcome outcome = Outcome::kFailed;

  bool operator==(const Operation&) const = default;
};
static_assert(sizeof(Operation) <= 40);

// Operations in the order of their ends or any other, with one rule: those of one connection stand in the
// order in which their requests were sent. A value; never holds more than operations_max().
class History {
 public:
  static constexpr size_t kAddressesMax = 256;
  static constexpr size_t kAddressBytesMax = 256;
  static constexpr size_t kOperationsMax = 10'000'000;  // 320 MB

  // 1 to kAddressBytesMax printable ASCII characters without blanks, such as "127.0.0.1:8080".
  static bool IsAddressName(std::string_view name);

  // `addresses` are 1 to kAddressesMax names.
  explicit History(std::vector<std::string> addresses, size_t operations_max = kOperationsMax);

  // False, and nothing appended, when the history is full: end the run.
  [[nodiscard]] bool Append(const Operation& operation);

  size_t size() const { return operations_.size(); }
  size_t operations_max() const { return operations_max_; }
  std::span<const Operation> operations() const { return operations_; }
  const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  std::vector<std::string> addresses_;
  size_t operations_max_;
  std::vector<Operation> operations_;
};

// The text of docs/formats/history.md.
std::string EncodeHistory(const History& history);

// Strict: the first thing that is not as the format says is a kInvalid error that names its line; more than
// `operations_max` operations are kOverloaded.
Result<History> DecodeHistory(std::string_view text, size_t operations_max = History::kOperationsMax);

// The same in a file, written whole or not at all. Errors name the path.
Result<> SaveHistory(const History& history, const std::string& path);
Result<History> LoadHistory(const std::string& path, size_t operations_max = History::kOperationsMax);

}  // namespace cairn::check
