#pragma once

// The line that a terminal shows while a run goes on, rewritten in place.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "check/driver.h"

namespace cairn::check {

// Makes the texts; the caller writes them.
class ProgressLine {
 public:
  // `columns` is the terminal's width; a longer line is cut so that it does not wrap.
  explicit ProgressLine(size_t columns) : columns_(columns) {}

  // Replaces the line: "12.4 s   52,113/s   number 612,332   errors 0". The rate is that since the last call.
  std::string Update(const LoadCounts& counts, Duration elapsed);

  // Removes the line.
  static std::string Clear();

 private:
  size_t columns_;
  Duration last_elapsed_{};
  uint64_t last_numbers_ = 0;
};

}  // namespace cairn::check
