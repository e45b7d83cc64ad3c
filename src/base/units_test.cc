#include "base/units.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace cairn {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, AcceptsNumbersWithUnits) {
  EXPECT_EQ(ParseDuration("0"), Duration(0));
  EXPECT_EQ(ParseDuration("0s"), Duration(0));
  EXPECT_EQ(ParseDuration("500ms"), Duration(500ms));
  EXPECT_EQ(ParseDuration("1m30s"), Duration(90s));
  EXPECT_EQ(ParseDuration("1.5h"), Duration(90min));
  EXPECT_EQ(ParseDuration(".25s"), Duration(250ms));
  EXPECT_EQ(ParseDuration("1h2m3s4ms5us6ns"), Duration(1h + 2min + 3s + 4ms + 5us + 6ns));
  EXPECT_EQ(ParseDuration("9223372036854775807ns"), Duration::max());
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const char* text : {"",
                           "1",
                           "s",
                           "-1s",
                           "+1s",
                           "1 s",
                           " 1s",
                           "1s ",
                           "1d",
                           "1.s",
                           ".s",
                           "1..5s",
                           "1.2.3s",
                           "0.1ns",
                           "1.0001us",
                           "1S",
                           "9223372036854775808ns",
                           "9223372036s1h",
                           "99999999999999999999h",
                           "5124096h",
                           "1h1",
                           "0x1s",
                           "1e3s"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, IsShortAndExact) {
  EXPECT_EQ(FormatDuration(0s), "0s");
  EXPECT_EQ(FormatDuration(90s), "1m30s");
  EXPECT_EQ(FormatDuration(24h), "24h");
  EXPECT_EQ(FormatDuration(1500ms), "1500ms");
  EXPECT_EQ(FormatDuration(1500us), "1500us");
  EXPECT_EQ(FormatDuration(-2s), "-2s");
  EXPECT_EQ(FormatDuration(Duration::min()), "-9223372036854775808ns");
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const Duration duration(static_cast<int64_t>(random() >> (1 + random() % 60)));
    EXPECT_EQ(ParseDuration(FormatDuration(duration)), duration);
  }
}

TEST(ParseSize, KnowsBinaryAndDecimalUnits) {
  EXPECT_EQ(ParseSize("0"), 0u);
  EXPECT_EQ(ParseSize("4096"), 4096u);
  EXPECT_EQ(ParseSize("7B"), 7u);
  EXPECT_EQ(ParseSize("64KiB"), 65536u);
  EXPECT_EQ(ParseSize("64KB"), 64000u);
  EXPECT_EQ(ParseSize("3GiB"), 3221225472u);
  EXPECT_EQ(ParseSize("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  for (const char* text : {"", "KiB", "1.5MiB", "-1", "1 MiB", "1mib", "1K", "1Ki", "18446744073709551616",
                           "16777216TiB", "1MiB1KiB"}) {
    EXPECT_EQ(ParseSize(text), std::nullopt) << text;
  }
}

TEST(FormatSize, UsesTheLargestUnitThatDivides) {
  EXPECT_EQ(FormatSize(0), "0B");
  EXPECT_EQ(FormatSize(1000), "1000B");
  EXPECT_EQ(FormatSize(1536 * 1024), "1536KiB");
  EXPECT_EQ(FormatSize(1 << 20), "1MiB");
}

}  // namespace
}  // namespace cairn
