#include "check/answer.h"

#include <algorithm>

#include "base/strings.h"

namespace cairn::check {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

void SkipBlanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// Takes `word` and the blanks after it off the front.
bool Take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  SkipBlanks(text);
  return true;
}

}  // namespace

std::optional<int64_t> ParseAnswer(std::string_view body) {
  SkipBlanks(body);
  if (!Take(body, "{") || !(Take(body, "\"number\"") || Take(body, "number")) || !Take(body, ":")) return {};
  const size_t digits_end = std::min(body.find_first_not_of("-0123456789"), body.size());
  const auto number = ParseInt<int64_t>(body.substr(0, digits_end));
  body.remove_prefix(digits_end);
  SkipBlanks(body);
  if (!Take(body, "}") || !body.empty()) return {};
  return number;
}

}  // namespace cairn::check
