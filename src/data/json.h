#pragma once

// JSON (RFC 8259): a thin layer over Boost.JSON with bounds, places of errors, and exact numbers.
//
// A number without fraction and exponent is an int64, or a uint64 if only that holds it; every other one is
// the nearest double. Objects keep the order of their members; of several members of one name the last one
// counts.

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "data/json_fwd.h"

namespace cairn::data {

struct JsonLimits {
  size_t depth_max = 64;  // arrays and objects within each other
  size_t bytes_max = size_t{64} << 20;
};

// The one value in `text`. kInvalid says where: "line 2, column 7: syntax error", columns counted in bytes
// from 1; a number above the range of double is an error, too. kOverloaded if a limit is exceeded.
Result<Json> ParseJson(std::string_view text, const JsonLimits& limits = {});

enum class JsonStyle {
  kCompact,  // one line, no blanks
  kPretty,   // one member or element a line, indented by 2; no newline at the end
};

// Parsing the result gives an equal value, with these exceptions: a number that is not finite becomes null,
// and bytes that are not UTF-8 become U+FFFD. A double always has a point or an exponent (1.0), which keeps
// it a double.
std::string SerializeJson(const Json& value, JsonStyle style = JsonStyle::kCompact);

}  // namespace cairn::data
