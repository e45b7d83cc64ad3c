#include "hcl/timestamp.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace cairn::hcl {
namespace {

std::string TextOr(const Result<std::string>& result) {
  return result ? *result : "error: " + result.error().message;
}

std::string Reformatted(std::string_view pattern, std::string_view text) {
  const Result<Timestamp> timestamp = ParseTimestamp(text);
  return timestamp ? TextOr(FormatDate(pattern, *timestamp)) : "error: " + timestamp.error().message;
}

std::string Sum(std::string_view text, std::string_view duration_text) {
  const Result<Timestamp> timestamp = ParseTimestamp(text);
  if (!timestamp) return "error: " + timestamp.error().message;
  const auto duration = ParseDuration(duration_text);
  if (!duration) return "error: " + duration.error().message;
  return FormatTimestamp(Add(*timestamp, *duration));
}

struct Case {
  std::string_view first;
  std::string_view second;
  std::string_view expected;
};

TEST(Timestamp, SaysWhatIsWrongInThePeersWords) {
  constexpr std::string_view kPrefix = "error: not a valid RFC3339 timestamp: ";
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "end of string before year"},
      {"x", R"(cannot use "x" as year)"},
      {"20a0-01-01T00:00:00Z", R"(cannot use "20a0-01-01T00:00:00Z" as year)"},
      {"2020x01", R"(found "x01" where "-" is expected)"},
      {"2020", R"(end of string where "-" is expected)"},
      {"2020-0", R"(cannot use "0" as month)"},
      {"2020-13-01T01:00:00Z", R"(cannot use "-01T01:00:00Z" as month)"},
      {"2020-01-01", "missing required time introducer 'T'"},
      {"2020-01-01 23:00:00Z", "missing required time introducer 'T'"},
      {"2020-01-01T", "end of string before hour"},
      {"2020-01-01T1:00:00Z", "hour must have exactly two digits"},
      {"2020-01-01T24:00:00Z", "hour must be between 0 and 23 inclusive"},
      {"2020-01-01T23:6:00Z", "minute must have exactly two digits"},
      {"2020-01-01T23:60:00Z", "minute must have exactly two digits"},  // sic
      {"2020-01-01T23:00", R"(end of string where ":" is expected)"},
      {"2020-01-01T23:00:", "end of string before second"},
      {"2020-01-01T23:00:60Z", R"(cannot use "Z" as second)"},
      {"2020-01-01T23:00:00", "end of string before UTC offset"},
      {"2020-01-01T23:00:00.Z", R"(cannot use ".Z" as UTC offset)"},
      {"2020-01-01T23:00:00,5Z", R"(cannot use "," as timestamp segment)"},
      {"2020-01-01T23:00:00+24:00", R"(cannot use "+24:00" as UTC offset)"},
      {"2020-01-01T23:00:00+23:60", R"(cannot use "+23:60" as UTC offset)"},
      {"2020-01-01T23:00:00+25:00", "end of string before UTC offset"},  // sic
      {"2020-01-01T23:00:00Zx", R"(cannot use "x" as timestamp segment)"},
      {"2020-02-30T00:00:00Z", "day out of range"},
      {"2020-02-00T1:00:00Z", "day out of range"},
      {"2019-02-29T00:00:00Z", "day out of range"},
  };
  for (const auto& [text, why] : cases) {
    EXPECT_EQ(Reformatted("YYYY", text), std::string(kPrefix) + std::string(why)) << text;
  }
}

TEST(Timestamp, AddsDurations) {
  constexpr std::string_view kNewYear = "2020-01-01T00:00:00Z";
  const Case cases[] = {
      {kNewYear, "0", "2020-01-01T00:00:00Z"},
      {kNewYear, "-1.5h30m", "2019-12-31T22:00:00Z"},
      {kNewYear, "1\u00b5s", "2020-01-01T00:00:00Z"},
      {kNewYear, "-9223372036854775808ns", "1727-09-22T00:12:43Z"},
      {kNewYear, "2562047h47m16.854775807s", "2312-04-11T23:47:16Z"},
      {"2020-01-01T01:00:00.9Z", "100ms", "2020-01-01T01:00:01Z"},
      {"2020-01-01T01:00:00.9Z", "-900000001ns", "2020-01-01T00:59:59Z"},
      {"2020-01-01T00:00:00+05:30", "10m1ns", "2020-01-01T00:10:00+05:30"},
      {"9999-12-31T23:59:59Z", "1s", "10000-01-01T00:00:00Z"},
      {"0000-01-01T00:00:00Z", "-1s", "-0001-12-31T23:59:59Z"},
      {kNewYear, "", R"(error: time: invalid duration "")"},
      {kNewYear, "-", R"(error: time: invalid duration "-")"},
      {kNewYear, ".h", R"(error: time: invalid duration ".h")"},
      {kNewYear, "9223372036854775808ns", R"(error: time: invalid duration "9223372036854775808ns")"},
      {kNewYear, "1", R"(error: time: missing unit in duration "1")"},
      {kNewYear, "1d", R"(error: time: unknown unit "d" in duration "1d")"},
      {kNewYear, "1\"h", R"(error: time: unknown unit "\"h" in duration "1\"h")"},
      {kNewYear, "1\u00e9", R"(error: time: unknown unit "\xc3\xa9" in duration "1\xc3\xa9")"},
  };
  for (const Case& c : cases) EXPECT_EQ(Sum(c.first, c.second), c.expected) << c.second;
}

TEST(Timestamp, FormatsByPatterns) {
  constexpr std::string_view kAll =
      "YY YYYY M MM MMM MMMM D DD EEE EEEE h hh H HH AA aa m mm s ss Z ZZZ ZZZZ ZZZZZ";
  constexpr std::string_view kLeapDay = "2024-02-29T15:05:06Z";
  const Case cases[] = {
      {kAll, "0987-03-04T00:05:06.789-08:30",
       "87 0987 3 03 Mar March 4 04 Sun Sunday 0 00 12 12 AM am 5 05 6 06 -08:30 -0830 -0830 -08:30"},
      {kAll, kLeapDay,
       "24 2024 2 02 Feb February 29 29 Thu Thursday 15 15 3 03 PM pm 5 05 6 06 Z UTC +0000 +00:00"},
      {"Z ZZZ ZZZZ ZZZZZ", "2024-02-29T15:05:06-00:00", "Z UTC +0000 +00:00"},
      {"", kLeapDay, ""},
      {"\u00e9-/\u65e5", kLeapDay, "\u00e9-/\u65e5"},
      {"''", kLeapDay, "'"},
      {"'a''b'D", kLeapDay, "a'b29"},
      {"'abc''", kLeapDay, "abc'"},  // sic
      {"'abc", kLeapDay, "error: unterminated literal '"},
      {"'", kLeapDay, "error: unterminated literal '"},
      {"'''", kLeapDay, "error: unterminated literal '"},
      {"YYY", kLeapDay, R"(error: invalid date format verb "YYY": year must either be "YY" or "YYYY")"},
      {"MMMMM", kLeapDay,
       R"(error: invalid date format verb "MMMMM": month must be "M", "MM", "MMM", or "MMMM")"},
      {"DDD", kLeapDay, R"(error: invalid date format verb "DDD": day of month must either be "D" or "DD")"},
      {"EE", kLeapDay, R"(error: invalid date format verb "EE": day of week must either be "EEE" or "EEEE")"},
      {"hhh", kLeapDay, R"(error: invalid date format verb "hhh": 24-hour must either be "h" or "hh")"},
      {"HHH", kLeapDay, R"(error: invalid date format verb "HHH": 12-hour must either be "H" or "HH")"},
      {"A", kLeapDay, R"(error: invalid date format verb "A": must be "AA")"},
      {"aaa", kLeapDay, R"(error: invalid date format verb "aaa": must be "aa")"},
      {"mmm", kLeapDay, R"(error: invalid date format verb "mmm": minute must either be "m" or "mm")"},
      {"sss", kLeapDay, R"(error: invalid date format verb "sss": second must either be "s" or "ss")"},
      {"ZZ", kLeapDay, R"(error: invalid date format verb "ZZ": timezone must be Z, ZZZZ, or ZZZZZ)"},
      {"Q", kLeapDay, R"(error: invalid date format verb "Q")"},
  };
  for (const Case& c : cases) EXPECT_EQ(Reformatted(c.first, c.second), c.expected) << c.first;
}

TEST(Timestamp, ComparesPointsNotTexts) {
  const auto compare = [](std::string_view a, std::string_view b) {
    return ParseTimestamp(a)->Compare(*ParseTimestamp(b));
  };
  EXPECT_EQ(compare("2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00"), std::strong_ordering::equal);
  EXPECT_EQ(compare("2020-01-01T00:00:00Z", "2020-01-01T01:00:00.001+01:00"), std::strong_ordering::less);
  EXPECT_EQ(compare("2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00Z"), std::strong_ordering::greater);
}

TEST(Timestamp, ComesFromAClock) {
  using std::chrono::system_clock;
  const system_clock::time_point time{std::chrono::milliseconds(-1)};
  EXPECT_EQ(FormatTimestamp(Timestamp::FromClock(time)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(Timestamp::FromClock(time).nanoseconds, 999'000'000);
}

}  // namespace
}  // namespace cairn::hcl
