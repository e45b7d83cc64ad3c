#include "base/units.h"

#include <array>
#include <utility>

#include "base/strings.h"

namespace cairn {
namespace {

using Unit = std::pair<std::string_view, uint64_t>;

// Largest first.
constexpr std::array<Unit, 6> kDurationUnits = {{{"h", 3'600'000'000'000},
                                                 {"m", 60'000'000'000},
                                                 {"s", 1'000'000'000},
                                                 {"ms", 1'000'000},
                                                 {"us", 1'000},
                                                 {"ns", 1}}};
constexpr std::array<Unit, 5> kBinaryUnits = {
    {{"TiB", 1ull << 40}, {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}, {"B", 1}}};
constexpr std::array<Unit, 4> kDecimalUnits = {
    {{"TB", 1'000'000'000'000}, {"GB", 1'000'000'000}, {"MB", 1'000'000}, {"KB", 1'000}}};

template <size_t N>
std::optional<uint64_t> FindUnit(const std::array<Unit, N>& units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.first == name) return unit.second;
  }
  return std::nullopt;
}

// The digits and dots, or the other characters, that `text` begins with; taken off it.
std::string_view Take(std::string_view& text, bool number) {
  constexpr std::string_view kNumber = "0123456789.";
  const size_t end =
      std::min(text.size(), number ? text.find_first_not_of(kNumber) : text.find_first_of(kNumber));
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

// `number` ("1", "1.5", ".5") times `unit`, if that is a whole number below 2^63.
std::optional<int64_t> Multiply(std::string_view number, uint64_t unit) {
  const size_t dot = std::min(number.find('.'), number.size());
  std::string_view fraction = number.substr(std::min(dot + 1, number.size()));
  if (number.empty() || number.ends_with('.')) return std::nullopt;
  const auto whole = dot == 0 ? std::optional<uint64_t>(0) : ParseInt<uint64_t>(number.substr(0, dot));
  uint64_t total = 0;
  if (!whole || __builtin_mul_overflow(*whole, unit, &total)) return std::nullopt;
  for (; !fraction.empty(); fraction.remove_prefix(1)) {
    const auto digit = ParseInt<uint64_t>(fraction.substr(0, 1));
    if (!digit || unit % 10 != 0) return std::nullopt;
    unit /= 10;
    if (__builtin_add_overflow(total, *digit * unit, &total)) return std::nullopt;
  }
  if (!std::in_range<int64_t>(total)) return std::nullopt;
  return static_cast<int64_t>(total);
}

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  if (text == "0") return Duration(0);
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    const std::string_view number = Take(text, true);
    const auto unit = FindUnit(kDurationUnits, Take(text, false));
    if (!unit) return std::nullopt;
    const auto part = Multiply(number, *unit);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
  }
  return Duration(total);
}

std::string FormatDuration(Duration duration) {
  // Magnitudes are unsigned, since the lowest duration has no positive counterpart.
  const auto count = duration.count();
  uint64_t rest = count < 0 ? 0 - static_cast<uint64_t>(count) : static_cast<uint64_t>(count);
  std::string text;
  if (rest % 1'000'000'000 != 0) {
    // Below whole seconds in the one unit that divides it: "1500ms" rather than "1s500ms".
    for (size_t i = 3;; ++i) {
      const auto& [name, unit] = kDurationUnits[i];
      if (rest % unit == 0) {
        text = Format("{}{}", rest / unit, name);
        break;
      }
    }
  } else {
    for (size_t i = 0; i < 3; ++i) {
      const auto& [name, unit] = kDurationUnits[i];
      if (rest >= unit) text += Format("{}{}", rest / unit, name);
      rest %= unit;
    }
    if (text.empty()) text = "0s";
  }
  return count < 0 ? "-" + text : text;
}

std::optional<uint64_t> ParseSize(std::string_view text) {
  const std::string_view number = Take(text, true);
  const auto value = ParseInt<uint64_t>(number);
  auto unit = text.empty() ? std::optional<uint64_t>(1) : FindUnit(kBinaryUnits, text);
  if (!unit) unit = FindUnit(kDecimalUnits, text);
  uint64_t bytes = 0;
  if (!value || !unit || __builtin_mul_overflow(*value, *unit, &bytes)) return std::nullopt;
  return bytes;
}

std::string FormatSize(uint64_t bytes) {
  for (const auto& [name, unit] : kBinaryUnits) {
    if (bytes >= unit && bytes % unit == 0) return Format("{}{}", bytes / unit, name);
  }
  return "0B";
}

}  // namespace cairn
