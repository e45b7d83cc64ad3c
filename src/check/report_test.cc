#include "check/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace cairn::check {
namespace {

using testing::HasSubstr;

History Example() {
  History history({"127.0.0.1:8081", "replica-\"2\":80"});
  for (const Operation& operation : std::vector<Operation>{
           {0, 1'500'000, 10'001, 1, 0, Outcome::kNumber},
           {100'000, 300'000, 10'001, 2, 1, Outcome::kNumber},
           {2'000'000, 2'000'100, 10'000, 1, 0, Outcome::kNumber},
           {3'000'000, 4'000'000, 0, 2, 1, Outcome::kIndeterminate},
           {3'500'000, 4'000'000, 0, 3, 0, Outcome::kFailed},
           {5'000'000, 6'000'000, 10'004, 1, 0, Outcome::kNumber},
       }) {
    EXPECT_TRUE(history.Append(operation));
  }
  return history;
}

TEST(Report, SaysEverythingInText) {
  const History history = Example();
  EXPECT_EQ(
      TextReport(history, Check(history)),
      "FAIL: 1 duplicate, 1 number followed by smaller ones, 1 number missing without a reason (budget 0)\n"
      "\n"
      "Requests\n"
      "  numbers                              4   10,000 to 10,004\n"
      "  indeterminate                        1   timeout, reset or 5xx: the counter may have moved\n"
      "  failed                               1   never executed\n"
      "  malformed                            0   success without a number\n"
      "  duration                       0.006 s   667 numbers/s\n"
      "\n"
      "Checks\n"
      "  duplicates                           1\n"
      "  backwards                            1   arrived before a smaller number was asked for\n"
      "  out of turn                          0   smaller than the one before on its connection\n"
      "  missing                              2   in 1 jump\n"
      "    explained                          1   by lost answers\n"
      "    unexplained                        1   budget 0\n"
      "\n"
      "Latency of the answered requests, in ms\n"
      "  address              numbers        p50        p90        p99      p99.9        max\n"
      "  127.0.0.1:8081             3      1.004      1.500      1.500      1.500      1.500\n"
      "  replica-\"2\":80             1      0.200      0.200      0.200      0.200      0.200\n"
      "  total                      4      0.201      1.500      1.500      1.500      1.500\n"
      "\n"
      "Violations, with examples of each kind\n"
      "  10001 was given twice: by 127.0.0.1:8081, connection 1, from 0.000000000 s to 0.001500000 s; and by "
      "replica-\"2\":80, connection 2, from 0.000100000 s to 0.000300000 s\n"
      "  10000 came after 10001: 10001 had arrived at 0.001500000 s (127.0.0.1:8081, connection 1) when the "
      "request that got 10000 was sent at 0.002000000 s (127.0.0.1:8081, connection 1)\n"
      "\n"
      "Largest jumps\n"
      "  2 missing between 10001 (arrived at 0.000300000 s) and 10004 (arrived at 0.006000000 s), 1 of them "
      "explained by lost answers\n");
}

TEST(Report, SaysTheSameInJson) {
  History history({"a\"\\b"});
  ASSERT_TRUE(history.Append({0, 100, 1, 7, 0, Outcome::kNumber}));
  ASSERT_TRUE(history.Append({200, 250, 0, 0, 0, Outcome::kMalformed}));
  ASSERT_TRUE(history.Append({300, 310, std::numeric_limits<int64_t>::max(), 7, 0, Outcome::kNumber}));
  EXPECT_EQ(
      JsonReport(history, Check(history, {.gap_budget = 5})),
      R"j({"ok":false,"summary":"FAIL: 1 answer without a number, 9,223,372,036,854,775,804 numbers missing without a )j"
      R"j(reason (budget 5)",)j"
      R"j("requests":{"number":2,"indeterminate":0,"failed":0,"malformed":1},)j"
      R"j("lowest":1,"highest":9223372036854775807,"duration_ns":310,)j"
      R"j("duplicates":0,"backwards":0,"out_of_turn":0,)j"
      R"j("gaps":{"jumps":1,"missing":9223372036854775805,"explained":1,"unexplained":9223372036854775804,"budget":5},)j"
      R"j("latency_ns":[)j"
      R"j({"address":"a\"\\b","count":2,"min":10,"p50":10,"p90":100,"p99":100,"p99.9":100,"max":100},)j"
      R"j({"address":null,"count":2,"min":10,"p50":10,"p90":100,"p99":100,"p99.9":100,"max":100}],)j"
      R"j("violations":[{"kind":"malformed","text":"a success without a number: a\"\\b, from 0.000000200 s to )j"
      R"j(0.000000250 s",)j"
      R"j("first":{"start_ns":200,"end_ns":250,"address":"a\"\\b","connection":0,"number":null},)j"
      R"j("second":{"start_ns":200,"end_ns":250,"address":"a\"\\b","connection":0,"number":null}}],)j"
      R"j("largest_jumps":[{"missing":9223372036854775805,"explained":1,)j"
      R"j("text":"9223372036854775805 missing between 1 (arrived at 0.000000100 s) and 9223372036854775807 (arrived at )j"
      R"j(0.000000310 s), 1 of them explained by lost answers",)j"
      R"j("below":{"start_ns":0,"end_ns":100,"address":"a\"\\b","connection":7,"number":1},)j"
      R"j("above":{"start_ns":300,"end_ns":310,"address":"a\"\\b","connection":7,"number":9223372036854775807}}]})j"
      "\n");
}

TEST(Report, SaysWhyARunPasses) {
  History history({"a"});
  ASSERT_TRUE(history.Append({0, 1, 1, 0, 0, Outcome::kNumber}));
  EXPECT_EQ(VerdictLine(Check(history)), "PASS: 1 number, all different, increasing in real time");
  ASSERT_TRUE(history.Append({2, 3, 2001, 0, 0, Outcome::kNumber}));
  EXPECT_EQ(
      VerdictLine(Check(history, {.gap_budget = 1999})),
      "PASS: 2 numbers, all different, increasing in real time; 1,999 missing, 0 explained by lost answers");
}

TEST(Report, SaysThatNothingWasReceived) {
  const History history({"a"});
  EXPECT_EQ(VerdictLine(Check(history)), "FAIL: no number was received");
  EXPECT_THAT(TextReport(history, Check(history)), HasSubstr("0 numbers/s"));
  EXPECT_THAT(JsonReport(history, Check(history)),
              HasSubstr("\"lowest\":null,\"highest\":null,\"duration_ns\":0"));
}

TEST(Grouped, PutsCommasBetweenThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(-999), "-999");
  EXPECT_EQ(Grouped(-1000), "-1,000");
  EXPECT_EQ(Grouped(1234567U), "1,234,567");
  EXPECT_EQ(Grouped(std::numeric_limits<int64_t>::min()), "-9,223,372,036,854,775,808");
  EXPECT_EQ(Grouped(std::numeric_limits<uint64_t>::max()), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace cairn::check
