#pragma once

// What a whole run found: the numbers, and the requests that got none.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "check/checker.h"
#include "check/failures.h"
#include "check/history.h"

namespace cairn::check {

// How many requests may end without a number.
struct ErrorLimit {
  uint64_t count = 0;
  bool percent = false;  // `count` is a percentage of all requests, 0 to 100

  bool operator==(const ErrorLimit&) const = default;
};

// "12" or "5%". kInvalid otherwise.
Result<ErrorLimit> ParseErrorLimit(std::string_view text);

// The verdict on the numbers and on the errors together.
struct RunVerdict {
  Verdict numbers;
  uint64_t errors = 0;                 // requests without a number
  std::optional<uint64_t> errors_max;  // none: they are not judged

  bool too_many_errors() const { return errors_max && errors > *errors_max; }
  bool ok() const { return numbers.ok && !too_many_errors(); }
};

// `errors_max` none: errors are not judged.
RunVerdict JudgeRun(const History& history, const CheckOptions& options,
                    const std::optional<ErrorLimit>& errors_max);

// "PASS: ..." or "FAIL: ...", without line feed.
std::string RunSummary(const RunVerdict& verdict);

// The text for people, which begins with the summary: the report on the numbers, and which errors came how
// often. `verdict` is that of `history`, here and below.
std::string RunText(const History& history, const RunVerdict& verdict, std::span<const Failure> failures);

// The same as one JSON object that ends with a line feed; docs/counter-check.md.
std::string RunJson(const History& history, const RunVerdict& verdict, std::span<const Failure> failures);

}  // namespace cairn::check
