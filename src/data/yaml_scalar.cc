#include "data/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/strings.h"

namespace cairn::data {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Whether `text` is `word`, which is lower case, or its Capitalised form, or in CAPITALS.
bool IsWord(std::string_view text, std::string_view word) {
  if (!EqualsIgnoreCase(text, word)) return false;
  const auto is_lower = [](char c) { return c == ToLower(c); };
  const auto is_upper = [](char c) { return c < 'a' || c > 'z'; };
  const std::string_view tail = text.substr(std::min<size_t>(1, text.size()));
  return std::ranges::all_of(tail, is_lower) || std::ranges::all_of(text, is_upper);
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [text](std::string_view word) { return IsWord(text, word); });
}

// A sign, a prefix that tells the base, and digits.
std::optional<Json> ParseInteger(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  if (has_sign) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char letter = ToLower(text[1]);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (negative && magnitude <= kMax + 1) return Json(static_cast<int64_t>(0 - magnitude));
  if (!negative && magnitude <= kMax) return Json(static_cast<int64_t>(magnitude));
  if (!has_sign) return Json(magnitude);
  return std::nullopt;
}

// Takes the digits that `text` begins with off it; whether there were any.
bool TakeDigits(std::string_view& text) {
  const size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count > 0;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool IsDecimal(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const bool whole = TakeDigits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!TakeDigits(text) && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (text.empty()) return true;
  if (ToLower(text[0]) != 'e') return false;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return TakeDigits(text) && text.empty();
}

// Whether a decimal that is not 0 is 1 or above; by its digits, since no double holds it.
bool IsAtLeastOne(std::string_view decimal) {
  const size_t exponent_mark = std::min(decimal.find_first_of("eE"), decimal.size());
  const std::string_view mantissa = decimal.substr(0, exponent_mark);
  const std::string_view exponent = decimal.substr(std::min(exponent_mark + 1, decimal.size()));
  const auto point = static_cast<int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto first = static_cast<int64_t>(mantissa.find_first_of("123456789"));
  const int64_t magnitude = first < point ? point - first : point - first + 1;
  if (exponent.empty()) return magnitude > 0;
  const bool negative = exponent[0] == '-';
  const auto value = ParseInt<int32_t>(exponent.substr(exponent[0] == '+' ? 1 : 0));
  return value ? magnitude + *value > 0 : !negative;
}

// Nothing if it is above the range of double.
std::optional<Json> ParseDecimal(std::string_view text) {
  if (!IsDecimal(text)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (IsAtLeastOne(text)) return std::nullopt;
    value = 0;
  }
  constexpr double kBound = 9223372036854775808.0;  // 2^63
  if (value == std::trunc(value) && std::abs(value) < kBound) return Json(static_cast<int64_t>(value));
  return Json(value);
}

std::optional<Json> ParseNotFinite(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Json(std::nan(""));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text != ".inf" && text != ".Inf" && text != ".INF") return std::nullopt;
  return Json(negative ? -INFINITY : INFINITY);
}

std::string WithoutUnderscores(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '_');
  return digits;
}

std::optional<Json> ParseNumber(std::string_view text) {
  if (text.empty() || (!IsDigit(text[0]) && text[0] != '.' && text[0] != '-' && text[0] != '+'))
    return std::nullopt;
  if (auto value = ParseNotFinite(text)) return value;
  if (text[0] == '.') return ParseDecimal(text);
  const std::string digits = WithoutUnderscores(text);
  if (auto value = ParseInteger(digits)) return value;
  return ParseDecimal(digits);
}

}  // namespace

Json ResolveYamlScalar(std::string_view text) {
  if (text.empty() || text == "~" || IsWord(text, "null")) return nullptr;
  if (IsOneOf(text, {"true", "yes", "on", "y"})) return true;
  if (IsOneOf(text, {"false", "no", "off", "n"})) return false;
  if (auto number = ParseNumber(text)) return *std::move(number);
  return Json(boost::json::string_view(text.data(), text.size()));
}

std::optional<Json> ResolveYamlScalarAs(std::string_view kind, std::string_view text) {
  if (kind == "str") return Json(boost::json::string_view(text.data(), text.size()));
  Json value = ResolveYamlScalar(text);
  const bool fits = (kind == "null" && value.is_null()) || (kind == "bool" && value.is_bool()) ||
                    (kind == "float" && value.is_number()) ||
                    (kind == "int" && value.is_number() && ParseInteger(WithoutUnderscores(text)));
  if (!fits) return std::nullopt;
  return value;
}

}  // namespace cairn::data
