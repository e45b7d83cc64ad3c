#pragma once

// Points in time as the language's functions take and give them: RFC 3339 in strict form, durations like
// "1h30m", and the patterns of `formatdate`. Errors are kInvalid, in the words of the peer.

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::hcl {

// A point in time and the offset from UTC that it is written with. A value.
struct Timestamp {
  int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  int32_t nanoseconds = 0;
  int32_t offset_seconds = 0;

  static Timestamp FromClock(std::chrono::system_clock::time_point time);

  // Of the point alone.
  std::strong_ordering Compare(const Timestamp& other) const;
};

// "2006-01-02T15:04:05.999+01:00": two digits where two are written, a capital T and Z, a fraction of any
// length behind a point (nanoseconds count), no leap second. Lenient, as `timecmp` has it: an hour of one
// digit, a comma for the point and an offset of 24 hours will do.
enum class TimestampRules : uint8_t { kStrict, kLenient };
Result<Timestamp> ParseTimestamp(std::string_view text, TimestampRules rules = TimestampRules::kStrict);

// Without the fraction. A year has at least four digits.
std::string FormatTimestamp(const Timestamp& timestamp);

// "-1.5h30m": decimal numbers with units (ns, us, ms, s, m, h; the micro sign may be written too), or "0".
Result<std::chrono::nanoseconds> ParseDuration(std::string_view text);

Timestamp Add(const Timestamp& timestamp, std::chrono::nanoseconds duration);

// By a pattern of letters ("YYYY", "MMM", "hh": which are known is in the documentation of `formatdate`) and
// of literal text, in single quotes where it has letters.
Result<std::string> FormatDate(std::string_view pattern, const Timestamp& timestamp);

}  // namespace cairn::hcl
