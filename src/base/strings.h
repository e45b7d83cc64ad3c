#pragma once

// Text: formatting (fmt syntax, checked at compile time) and strict number parsing.

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace cairn {

std::string VFormat(fmt::string_view format, fmt::format_args args);

template <typename... Args>
std::string Format(fmt::format_string<Args...> format, const Args&... args) {
  return VFormat(fmt::string_view(format), fmt::format_args(fmt::make_format_args(args...)));
}

// The whole of `text` as a decimal number, or nothing: no sign for unsigned types, no blanks, no overflow.
template <std::integral T>
std::optional<T> ParseInt(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// ASCII only, as protocols want it.
constexpr char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// Without leading and trailing blanks and tabs.
std::string_view Trim(std::string_view text);

// The pieces between separators, empty ones too; never an empty vector.
std::vector<std::string_view> Split(std::string_view text, char separator);

}  // namespace cairn
