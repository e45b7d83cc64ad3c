#include "hcl/timestamp.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn::hcl {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::unexpected<Error> NotATimestamp(std::string_view why) {
  return Fail(ErrorCode::kInvalid, Format("not a valid RFC3339 timestamp: {}", why));
}

// `given` stands where `what` is expected.
std::unexpected<Error> Unusable(std::string_view given, std::string_view what) {
  if (given.empty()) return NotATimestamp(Format("end of string before {}", what));
  return NotATimestamp(Format("cannot use {} as {}", Quote(given), what));
}

// The same of an hour or minute where the rules are strict.
std::unexpected<Error> UnusableStrictly(std::string_view given, std::string_view what) {
  if (what == "hour" && given.find(':') != std::string_view::npos) {
    return NotATimestamp("hour must be between 0 and 23 inclusive");
  }
  const bool is_counted = !given.empty() && (what == "hour" || what == "minute");
  if (is_counted && given.size() != 2) {
    return NotATimestamp(Format("{} must have exactly two digits", what));
  }
  return Unusable(given, what);
}

// Reads a timestamp from left to right. What it objects to first, and in which words, is what the peer does:
// of a number out of range it shows what follows it.
class TimestampReader {
 public:
  TimestampReader(std::string_view text, TimestampRules rules) : rest_(text), rules_(rules) {}

  Result<Timestamp> Read() {
    Timestamp timestamp;
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    const bool read = TakeYear(year) && TakeMark('-') && TakeNumber("month", 1, 12, month) && TakeMark('-') &&
                      TakeNumber("day of month", 0, 99, day) && TakeMark('T') && TakeHour(hour) &&
                      TakeMark(':') && TakeNumber("minute", 0, 59, minute) && TakeMark(':') &&
                      TakeNumber("second", 0, 59, second) && TakeFraction(timestamp.nanoseconds) &&
                      TakeZone(timestamp.offset_seconds);
    if (!read) return std::unexpected(*error_);
    if (!rest_.empty()) return Unusable(rest_, "timestamp segment");
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                           std::chrono::day(unsigned(day))};
    if (!date.ok()) return NotATimestamp("day out of range");
    if (lenience_ && rules_ == TimestampRules::kStrict) return std::unexpected(*lenience_);
    timestamp.seconds = int64_t(std::chrono::sys_days(date).time_since_epoch().count()) * 86400 +
                        hour * 3600 + minute * 60 + second - timestamp.offset_seconds;
    return timestamp;
  }

 private:
  bool FailWith(std::unexpected<Error> error) {
    error_ = std::move(error).error();
    return false;
  }

  // Against something that only counts if nothing that comes later is wrong.
  void ObjectLater(std::unexpected<Error> error) {
    if (!lenience_) lenience_ = std::move(error).error();
  }

  bool HasDigits(size_t count) const {
    return rest_.size() >= count && rest_.substr(0, count).find_first_not_of("0123456789") == rest_.npos;
  }

  int TakeDigits(size_t count) {
    const int value = *ParseInt<int>(rest_.substr(0, count));
    rest_.remove_prefix(count);
    return value;
  }

  bool TakeYear(int& year) {
    if (!HasDigits(4)) return FailWith(Unusable(rest_, "year"));
    year = TakeDigits(4);
    return true;
  }

  bool TakeNumber(std::string_view what, int min, int max, int& number) {
    const auto unusable = rules_ == TimestampRules::kStrict ? UnusableStrictly : Unusable;
    if (!HasDigits(2)) return FailWith(unusable(rest_, what));
    number = TakeDigits(2);
    return (number >= min && number <= max) || FailWith(unusable(rest_, what));
  }

  bool TakeHour(int& hour) {
    if (HasDigits(2) || !HasDigits(1)) return TakeNumber("hour", 0, 23, hour);
    ObjectLater(UnusableStrictly(rest_.substr(0, 1), "hour"));
    hour = TakeDigits(1);
    return true;
  }

  bool TakeMark(char mark) {
    if (rest_.starts_with(mark)) {
      rest_.remove_prefix(1);
      return true;
    }
    if (mark == 'T') return FailWith(NotATimestamp("missing required time introducer 'T'"));
    if (rest_.empty()) return FailWith(NotATimestamp(Format("end of string where \"{}\" is expected", mark)));
    return FailWith(NotATimestamp(Format("found {} where \"{}\" is expected", Quote(rest_), mark)));
  }

  bool TakeFraction(int32_t& fraction) {
    if (rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !IsDigit(rest_[1])) return true;
    if (rest_[0] == ',') ObjectLater(Unusable(",", "timestamp segment"));
    rest_.remove_prefix(1);
    int32_t unit = kNanosPerSecond / 10;
    for (; !rest_.empty() && IsDigit(rest_[0]); rest_.remove_prefix(1)) {
      fraction += (rest_[0] - '0') * unit;
      unit /= 10;
    }
    return true;
  }

  bool TakeZone(int32_t& offset_seconds) {
    constexpr std::string_view kWhat = "UTC offset";
    if (rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      return true;
    }
    const std::string_view zone = rest_.substr(0, 6);
    if (zone.size() < 6 || zone[3] != ':') return FailWith(Unusable(rest_, kWhat));
    const auto hours = ParseInt<uint8_t>(zone.substr(1, 2));
    const auto minutes = ParseInt<uint8_t>(zone.substr(4, 2));
    if (!hours || !minutes) return FailWith(Unusable(rest_, kWhat));
    if (*hours > 24 || *minutes > 60) return FailWith(Unusable(rest_.substr(6), kWhat));
    if (zone[0] != '+' && zone[0] != '-') return FailWith(Unusable(rest_, kWhat));
    if (*hours == 24 || *minutes == 60) ObjectLater(Unusable(zone, kWhat));
    rest_.remove_prefix(6);
    offset_seconds = (*hours * 60 + *minutes) * 60 * (zone[0] == '-' ? -1 : 1);
    return true;
  }

  std::string_view rest_;
  const TimestampRules rules_;
  std::optional<Error> error_;
  std::optional<Error> lenience_;
};

// A point's date and time of day where it is.
struct Civil {
  explicit Civil(const Timestamp& timestamp) {
    const std::chrono::sys_seconds local(std::chrono::seconds(timestamp.seconds + timestamp.offset_seconds));
    const auto midnight = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(midnight);
    year = int(date.year());
    month = int(unsigned(date.month()));
    day = int(unsigned(date.day()));
    weekday = int(std::chrono::weekday(midnight).c_encoding());
    const auto since_midnight = int((local - midnight).count());
    hour = since_midnight / 3600;
    minute = since_midnight / 60 % 60;
    second = since_midnight % 60;
  }

  int year = 0;
  int month = 0;
  int day = 0;
  int weekday = 0;  // from Sunday
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// "+01:00", or with another separator.
std::string Offset(int32_t seconds, std::string_view separator) {
  const int minutes = (seconds < 0 ? -seconds : seconds) / 60;
  return Format("{}{:02}{}{:02}", seconds < 0 ? '-' : '+', minutes / 60, separator, minutes % 60);
}

// As the peer's library of time shows text.
std::string QuoteBytes(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80 || (c >= 0 && c < ' ')) {
      quoted += Format("\\x{:02x}", static_cast<unsigned char>(c));
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::optional<uint64_t> NanosecondsPer(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us" || unit == "\u00b5s" || unit == "\u03bcs") return 1'000;
  if (unit == "ms") return 1'000'000;
  if (unit == "s") return kNanosPerSecond;
  if (unit == "m") return 60 * kNanosPerSecond;
  if (unit == "h") return 3600 * kNanosPerSecond;
  return std::nullopt;
}

constexpr uint64_t kDurationMax = uint64_t{1} << 63;  // of a negative one

// Takes the digits at the front; nothing if they are too large.
std::optional<uint64_t> TakeWhole(std::string_view& rest) {
  uint64_t value = 0;
  for (; !rest.empty() && IsDigit(rest[0]); rest.remove_prefix(1)) {
    if (value > kDurationMax / 10) return std::nullopt;
    value = value * 10 + uint64_t(rest[0] - '0');
    if (value > kDurationMax) return std::nullopt;
  }
  return value;
}

// The digits behind a point: `value` of `scale`.
struct Fraction {
  uint64_t value = 0;
  double scale = 1;
};

// Takes the digits at the front; those that are too many do not count.
Fraction TakeFraction(std::string_view& rest) {
  Fraction fraction;
  bool full = false;
  for (; !rest.empty() && IsDigit(rest[0]); rest.remove_prefix(1)) {
    full = full || fraction.value > (kDurationMax - 1) / 10;
    if (full) continue;
    fraction.value = fraction.value * 10 + uint64_t(rest[0] - '0');
    fraction.scale *= 10;
  }
  return fraction;
}

class PatternWriter {
 public:
  explicit PatternWriter(const Timestamp& timestamp) : timestamp_(timestamp), civil_(timestamp) {}

  // What the letters of a run stand for.
  Result<std::string> Write(std::string_view run) const {
    const size_t length = run.size();
    switch (run[0]) {
      case 'Y':
        if (length == 2) return Format("{:02}", civil_.year % 100);
        if (length == 4) return Format("{:04}", civil_.year);
        return Wrong(run, R"(: year must either be "YY" or "YYYY")");
      case 'M':
        if (length == 3) return std::string(kMonths[size_t(civil_.month - 1)].substr(0, 3));
        if (length == 4) return std::string(kMonths[size_t(civil_.month - 1)]);
        return Number(run, civil_.month, R"(month must be "M", "MM", "MMM", or "MMMM")");
      case 'D':
        return Number(run, civil_.day, R"(day of month must either be "D" or "DD")");
      case 'E':
        if (length == 3) return std::string(kDays[size_t(civil_.weekday)].substr(0, 3));
        if (length == 4) return std::string(kDays[size_t(civil_.weekday)]);
        return Wrong(run, R"(: day of week must either be "EEE" or "EEEE")");
      case 'h':
        return Number(run, civil_.hour, R"(24-hour must either be "h" or "hh")");
      case 'H':
        return Number(run, (civil_.hour + 11) % 12 + 1, R"(12-hour must either be "H" or "HH")");
      case 'A':
      case 'a':
        if (length != 2) return Wrong(run, Format(": must be \"{0}{0}\"", run[0]));
        return std::string(civil_.hour < 12 ? (run[0] == 'A' ? "AM" : "am") : (run[0] == 'A' ? "PM" : "pm"));
      case 'm':
        return Number(run, civil_.minute, R"(minute must either be "m" or "mm")");
      case 's':
        return Number(run, civil_.second, R"(second must either be "s" or "ss")");
      case 'Z':
        return Zone(run);
      default:
        return Wrong(run, "");
    }
  }

 private:
  static std::unexpected<Error> Wrong(std::string_view run, std::string_view why) {
    return Fail(ErrorCode::kInvalid, Format("invalid date format verb \"{}\"{}", run, why));
  }

  static Result<std::string> Number(std::string_view run, int number, std::string_view rule) {
    if (run.size() == 1) return Format("{}", number);
    if (run.size() == 2) return Format("{:02}", number);
    return Wrong(run, Format(": {}", rule));
  }

  Result<std::string> Zone(std::string_view run) const {
    const int32_t offset = timestamp_.offset_seconds;
    switch (run.size()) {
      case 1:
        return offset == 0 ? "Z" : Offset(offset, ":");
      case 3:
        return offset == 0 ? "UTC" : Offset(offset, "");
      case 4:
        return Offset(offset, "");
      case 5:
        return Offset(offset, ":");
      default:
        return Wrong(run, ": timezone must be Z, ZZZZ, or ZZZZZ");
    }
  }

  Timestamp timestamp_;
  Civil civil_;
};

// Takes the quoted text that `pattern` begins with, and gives what it stands for. An odd quote at the end of
// the pattern closes the text, too, as in the peer.
Result<std::string> TakeQuoted(std::string_view& pattern) {
  std::string text;
  if (pattern.starts_with("''")) {
    pattern.remove_prefix(2);
    return "'";
  }
  for (size_t i = 1; i < pattern.size(); ++i) {
    if (pattern[i] == '\'') {
      const bool doubled = i + 1 < pattern.size() && pattern[i + 1] == '\'';
      if (!doubled || i + 2 == pattern.size()) {
        if (doubled) text += '\'';
        pattern.remove_prefix(i + (doubled ? 2 : 1));
        return text;
      }
      ++i;
    }
    text += pattern[i];
  }
  return Fail(ErrorCode::kInvalid, "unterminated literal '");
}

}  // namespace

Timestamp Timestamp::FromClock(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {
      .seconds = seconds.time_since_epoch().count(),
      .nanoseconds = int32_t(std::chrono::duration_cast<std::chrono::nanoseconds>(time - seconds).count())};
}

std::strong_ordering Timestamp::Compare(const Timestamp& other) const {
  if (seconds != other.seconds) return seconds <=> other.seconds;
  return nanoseconds <=> other.nanoseconds;
}

Result<Timestamp> ParseTimestamp(std::string_view text, TimestampRules rules) {
  return TimestampReader(text, rules).Read();
}

std::string FormatTimestamp(const Timestamp& timestamp) {
  const Civil civil(timestamp);
  const int year = civil.year < 0 ? -civil.year : civil.year;
  return Format("{}{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}", civil.year < 0 ? "-" : "", year, civil.month,
                civil.day, civil.hour, civil.minute, civil.second,
                timestamp.offset_seconds == 0 ? "Z" : Offset(timestamp.offset_seconds, ":"));
}

Result<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  const auto invalid = [text] {
    return Fail(ErrorCode::kInvalid, "time: invalid duration " + QuoteBytes(text));
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return std::chrono::nanoseconds(0);
  if (rest.empty()) return invalid();
  uint64_t total = 0;
  while (!rest.empty()) {
    const size_t before = rest.size();
    const std::optional<uint64_t> whole = TakeWhole(rest);
    if (!whole) return invalid();
    bool has_digits = rest.size() < before;
    Fraction fraction;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      has_digits = has_digits || (!rest.empty() && IsDigit(rest[0]));
      fraction = TakeFraction(rest);
    }
    if (!has_digits) return invalid();
    const std::string_view unit = rest.substr(0, rest.find_first_of(".0123456789"));
    if (unit.empty()) {
      return Fail(ErrorCode::kInvalid, "time: missing unit in duration " + QuoteBytes(text));
    }
    const std::optional<uint64_t> scale = NanosecondsPer(unit);
    if (!scale) {
      return Fail(ErrorCode::kInvalid,
                  Format("time: unknown unit {} in duration {}", QuoteBytes(unit), QuoteBytes(text)));
    }
    rest.remove_prefix(unit.size());
    if (*whole > kDurationMax / *scale) return invalid();
    const uint64_t part =
        *whole * *scale + static_cast<uint64_t>(double(fraction.value) * (double(*scale) / fraction.scale));
    if (part > kDurationMax || part + total > kDurationMax) return invalid();
    total += part;
  }
  if (negative) return std::chrono::nanoseconds(static_cast<int64_t>(0 - total));
  if (total == kDurationMax) return invalid();
  return std::chrono::nanoseconds(static_cast<int64_t>(total));
}

Timestamp Add(const Timestamp& timestamp, std::chrono::nanoseconds duration) {
  int64_t seconds = duration.count() / int64_t{kNanosPerSecond};
  int64_t rest = duration.count() % int64_t{kNanosPerSecond};
  if (rest < 0) {
    rest += int64_t{kNanosPerSecond};
    --seconds;
  }
  Timestamp sum = timestamp;
  sum.seconds += seconds;
  sum.nanoseconds += int32_t(rest);
  if (sum.nanoseconds >= kNanosPerSecond) {
    sum.nanoseconds -= int32_t(kNanosPerSecond);
    ++sum.seconds;
  }
  return sum;
}

Result<std::string> FormatDate(std::string_view pattern, const Timestamp& timestamp) {
  const PatternWriter writer(timestamp);
  std::string out;
  while (!pattern.empty()) {
    const char c = pattern[0];
    if (c == '\'' || IsLetter(c)) {
      const size_t length = std::min(pattern.find_first_not_of(c), pattern.size());
      Result<std::string> part = c == '\'' ? TakeQuoted(pattern) : writer.Write(pattern.substr(0, length));
      if (!part) return part;
      out += *part;
      if (c != '\'') pattern.remove_prefix(length);
    } else {
      out += c;
      pattern.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace cairn::hcl
