#pragma once

// What the counter says.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cairn::check {

inline constexpr size_t kAnswerBytesMax = 256;

// The number in the body of a successful answer, "{number: 7}" or the JSON text "{\"number\": 7}", with
// blanks and line feeds anywhere between its parts. Nothing for any other text, or a number beyond 64 bits.
std::optional<int64_t> ParseAnswer(std::string_view body);

}  // namespace cairn::check
