#pragma once

// What terraform answered, as the recorders of tests/state/ wrote it down.

#include <string>
#include <string_view>

namespace cairn::state {

// The whole of tests/state/NAME; empty where it cannot be read.
std::string ReadRecorded(std::string_view name);

// `shown` with the pictures of control characters (U+2400 and following) replaced by what they show.
std::string RawText(std::string_view shown);

}  // namespace cairn::state
