#pragma once

// What a run found, for people and for programs.

#include <concepts>
#include <string>

#include "base/strings.h"
#include "check/checker.h"
#include "check/history.h"

namespace cairn::check {

// "PASS: 120,000 numbers, all different, increasing in real time" or "FAIL: " and what is wrong; without line
// feed.
std::string VerdictLine(const Verdict& verdict);

// Plain ASCII text that ends with a line feed: the verdict line, the counts, the latencies of the answered
// requests by address, and an example or more of each thing that is wrong. `verdict` is that of `history`,
// here and below.
std::string TextReport(const History& history, const Verdict& verdict);

// The same as one JSON object that ends with a line feed; docs/formats/check-report.md. Numbers of the
// counter are JSON integers of up to 64 bits.
std::string JsonReport(const History& history, const Verdict& verdict);

// The decimal digits of `value` in groups of three: "-1,234,567".
template <std::integral T>
std::string Grouped(T value) {
  std::string digits = Format("{}", value);
  const size_t first = value < 0 ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;) digits.insert(i -= 3, ",");
  return digits;
}

}  // namespace cairn::check
