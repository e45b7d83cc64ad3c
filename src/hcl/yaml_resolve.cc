// What scalars of YAML mean.

#include <yaml.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/strings.h"
#include "hcl/base64.h"
#include "hcl/quote.h"
#include "hcl/timestamp.h"
#include "hcl/yaml_text.h"

namespace cairn::hcl {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// "true", "True" or "TRUE".
bool IsWord(std::string_view text, std::string_view word) {
  if (!EqualsIgnoreCase(text, word)) return false;
  const auto is_lower = [](char c) { return ToLower(c) == c; };
  const auto is_upper = [](char c) { return ToLower(c) != c || c == '.' || c == '+' || c == '-'; };
  const std::string_view rest = text.substr(word.starts_with('.') ? 2 : 1);
  if (std::ranges::all_of(text, is_lower) || std::ranges::all_of(text, is_upper)) return true;
  return std::ranges::all_of(rest, is_lower);
}

bool IsAnyWord(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [text](std::string_view word) { return IsWord(text, word); });
}

std::optional<bool> BoolOf(std::string_view text) {
  if (IsAnyWord(text, {"y", "yes", "true", "on"})) return true;
  if (IsAnyWord(text, {"n", "no", "false", "off"})) return false;
  return std::nullopt;
}

std::optional<Value> WordOf(std::string_view text) {
  if (const std::optional<bool> value = BoolOf(text)) return Value::Bool(*value);
  if (text.empty() || text == "~" || IsWord(text, "null")) return Value();
  const bool is_negative = text.starts_with('-');
  const std::string_view magnitude = text.substr(text.starts_with('+') || is_negative ? 1 : 0);
  if (!IsWord(magnitude, ".inf")) return std::nullopt;
  const double infinity = std::numeric_limits<double>::infinity();
  return Value::Number(Number(is_negative ? -infinity : infinity));
}

size_t CountDigits(std::string_view text) {
  return size_t(std::ranges::find_if_not(text, IsDigit) - text.begin());
}

// [-+]?[0-9]+, 0o[0-7]+ or 0x[0-9a-fA-F]+
bool IsInteger(std::string_view text) {
  if (text.starts_with("0o")) {
    return text.size() > 2 && text.find_first_not_of("01234567", 2) == text.npos;
  }
  if (text.starts_with("0x")) {
    return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos;
  }
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && CountDigits(text) == text.size();
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool IsFloat(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const size_t whole = CountDigits(text);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    const size_t fraction = CountDigits(text.substr(1));
    if (whole == 0 && fraction == 0) return false;
    text.remove_prefix(1 + fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && CountDigits(text) == text.size();
}

// A whole number of 64 bits with a prefix that says its base.
std::optional<Number> PrefixedNumber(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.size() < 3 || text[0] != '0') return std::nullopt;
  const char letter = ToLower(text[1]);
  const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
  uint64_t magnitude = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, magnitude, base == 0 ? 10 : base);
  if (base == 0 || error != std::errc() || stop != end) return std::nullopt;
  if (is_negative && magnitude > uint64_t{1} << 63) return std::nullopt;
  const Result<Number> number = Number::ParseWhole(Format("{}{}", is_negative ? "-" : "", magnitude), 10);
  return number ? std::optional(*number) : std::nullopt;
}

std::unexpected<Error> CannotParse(std::string_view text, std::string_view tag) {
  return Fail(ErrorCode::kInvalid, Format("cannot parse {} as {}", GoQuoted(text), tag));
}

Result<Value> NumberOf(std::string_view text, std::string_view tag) {
  std::string plain(text);
  std::erase(plain, '_');
  if (const Result<Number> number = Number::Parse(plain)) return Value::Number(*number);
  if (const std::optional<Number> number = PrefixedNumber(plain)) return Value::Number(*number);
  return CannotParse(text, tag);
}

// One or two digits, as two; nothing, and an empty text, if there are none.
std::string TakeTwoDigits(std::string_view& text) {
  const size_t count = std::min<size_t>(CountDigits(text), 2);
  std::string digits(text.substr(0, count));
  text.remove_prefix(count);
  return count == 1 ? "0" + digits : digits;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// "2006-1-2", "2006-1-2 15:4:5.9" or "2006-1-2T15:4:5.9+01:00", in RFC 3339 without the fraction.
std::optional<std::string> TimestampOf(std::string_view text) {
  if (CountDigits(text) != 4 || text.size() < 5 || text[4] != '-') return std::nullopt;
  std::string exact(text.substr(0, 5));
  text.remove_prefix(5);
  exact += TakeTwoDigits(text);
  if (!Take(text, '-')) return std::nullopt;
  exact += "-" + TakeTwoDigits(text) + "T";
  const bool has_zone = text.starts_with('T') || text.starts_with('t');
  if (text.empty()) {
    exact += "00:00:00Z";
  } else {
    if (!has_zone && !text.starts_with(' ')) return std::nullopt;
    text.remove_prefix(1);
    exact += TakeTwoDigits(text);
    for (int i = 0; i < 2; ++i) {
      if (!Take(text, ':')) return std::nullopt;
      exact += ":" + TakeTwoDigits(text);
    }
    if (text.starts_with('.') || text.starts_with(',')) {
      const size_t fraction = CountDigits(text.substr(1));
      if (fraction == 0) return std::nullopt;
      text.remove_prefix(1 + fraction);
    }
    exact += has_zone ? text : "Z";
    if (!has_zone && !text.empty()) return std::nullopt;
  }
  const Result<Timestamp> time = ParseTimestamp(exact);
  return time ? std::optional(FormatTimestamp(*time)) : std::nullopt;
}

// What a scalar of one of these tags means, which is not a word that stands for a value whatever the tag.
Result<Value> ResolveTagged(std::string_view tag, std::string_view text) {
  if (tag == YAML_INT_TAG || tag == YAML_FLOAT_TAG) return NumberOf(text, tag);
  if (tag == YAML_NULL_TAG) return Value();
  if (tag == YAML_BOOL_TAG) {
    const std::optional<bool> value = BoolOf(text);
    return value ? Result<Value>(Value::Bool(*value)) : CannotParse(text, tag);
  }
  if (tag == YAML_TIMESTAMP_TAG) {
    const std::optional<std::string> time = TimestampOf(text);
    return time ? Result<Value>(Value::String(*time)) : CannotParse(text, tag);
  }
  return Value::String(text);
}

}  // namespace

Result<Value> ResolveYamlText(std::string_view tag, std::string_view text, bool is_quoted) {
  constexpr std::string_view kBinaryTag = "tag:yaml.org,2002:binary";
  constexpr std::array<std::string_view, 8> kTags = {
      "",        YAML_STR_TAG, YAML_BOOL_TAG, YAML_INT_TAG, YAML_FLOAT_TAG, YAML_NULL_TAG, YAML_TIMESTAMP_TAG,
      kBinaryTag};
  if (std::ranges::find(kTags, tag) == kTags.end()) {
    return Fail(ErrorCode::kInvalid, Format("unsupported tag {}", GoQuoted(tag)));
  }
  if (tag == kBinaryTag && !DecodeBase64(text)) {
    return Fail(ErrorCode::kInvalid, Format("cannot parse {} as {}: not valid base64", GoQuoted(text), tag));
  }
  // Most texts are told from all others by their first character.
  constexpr std::string_view kFirst = "+-0123456789yYnNtTfFoO~.";
  const bool may_be_more = text.empty() || kFirst.find(text[0]) != kFirst.npos;
  if (!may_be_more || tag == YAML_STR_TAG || tag == kBinaryTag) return ResolveTagged(tag, text);
  if (is_quoted) return Value::String(text);
  if (std::optional<Value> value = WordOf(text)) return *std::move(value);
  if (tag.empty() && (text == ".nan" || text == ".NaN" || text == ".NAN")) {
    return Fail(ErrorCode::kInvalid, "floating point NaN is not supported");
  }
  if (text[0] == '.') {
    if (const Result<Number> number = Number::Parse(text)) return Value::Number(*number);
  } else if (IsDigit(text[0]) || text[0] == '+' || text[0] == '-') {
    if (tag.empty() || tag == YAML_TIMESTAMP_TAG) {
      if (const std::optional<std::string> time = TimestampOf(text)) return Value::String(*time);
    }
    if (IsInteger(text)) return NumberOf(text, YAML_INT_TAG);
    if (IsFloat(text)) return NumberOf(text, YAML_FLOAT_TAG);
  }
  return ResolveTagged(tag, text);
}

}  // namespace cairn::hcl
