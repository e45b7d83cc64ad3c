#pragma once

// Durations and sizes as people write them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cairn {

// "500ms", "2s", "1m30s", "1.5h": one or more decimal numbers, each with a unit (ns, us, ms, s, m, h), added
// up; "0" needs no unit. Nothing for anything else: a sign, blanks, a fraction below a nanosecond, overflow.
std::optional<Duration> ParseDuration(std::string_view text);

// The shortest such text in whole numbers: "1m30s", "1500us", "0s". A negative duration begins with '-'.
std::string FormatDuration(Duration duration);

// Bytes: "4096", "64KiB" (1024), "64KB" (1000); units B, KB, MB, GB, TB and KiB, MiB, GiB, TiB, whole numbers
// only. Nothing for anything else, also for 2^64 and more.
std::optional<uint64_t> ParseSize(std::string_view text);

// In the largest unit of 1024 that divides it: "1MiB", "1536KiB", "1000B".
std::string FormatSize(uint64_t bytes);

}  // namespace cairn
