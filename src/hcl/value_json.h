#pragma once

// Values as JSON text, as jsonencode, states and `-json` output have them, with all digits of numbers.
// (data/json.h has doubles.)

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/value.h"

namespace cairn::hcl {

// On one line without blanks, names in the order of their bytes; <, >, & and U+2028 and U+2029 escaped. Marks
// are not looked at. kInvalid for what is unknown or infinite.
Result<std::string> ToJsonText(const Value& value);

// The same where the reader knows `type` only, which the value's own type conforms to: where that is dynamic,
// the value is written {"value":1,"type":"number"}.
Result<std::string> ToJsonText(const Value& value, const Type& type);

// `text` in quotes, escaped so.
void AppendJsonString(std::string& out, std::string_view text);

struct JsonTextLimits {
  size_t depth_max = 1000;  // arrays and objects within each other
  size_t bytes_max = size_t{64} << 20;
};

// Arrays become tuples, objects objects; of several members of a name the last one counts. kInvalid in the
// peer's words ("invalid character ']' looking for beginning of value"), kOverloaded beyond a limit.
Result<Value> FromJsonText(std::string_view text, const JsonTextLimits& limits = {});

// A value of `type`, as ToJsonText writes it. Strings may stand for numbers and booleans, and these for
// strings; attributes that are missing are null. The message says where: ".rules[0]: a number is required".
Result<Value> FromJsonText(std::string_view text, const Type& type, const JsonTextLimits& limits = {});

}  // namespace cairn::hcl
