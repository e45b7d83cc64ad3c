#include "check/run_report.h"

#include <gmock/gmock.h>

#include "base/strings.h"

namespace cairn::check {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// `numbers` right answers, then `errors` requests that were refused.
History MakeHistory(int numbers, int errors) {
  History history({"a:1"});
  for (int i = 0; i < numbers + errors; ++i) {
    Operation operation{i * 10, i * 10 + 5, i + 1, 1, 0, Outcome::kNumber};
    if (i >= numbers) operation = {i * 10, i * 10 + 5, 0, 0, 0, Outcome::kFailed};
    EXPECT_TRUE(history.Append(operation));
  }
  return history;
}

TEST(ErrorLimit, IsACountOrAPercentage) {
  EXPECT_EQ(*ParseErrorLimit("12"), (ErrorLimit{12, false}));
  EXPECT_EQ(*ParseErrorLimit("100%"), (ErrorLimit{100, true}));
  for (const char* text : {"", "%", "-1", "101%", "1.5%", "many"})
    EXPECT_FALSE(ParseErrorLimit(text)) << text;
}

TEST(RunReport, DoesNotJudgeErrorsUnlessAsked) {
  EXPECT_TRUE(JudgeRun(MakeHistory(90, 10), {}, std::nullopt).ok());
}

TEST(RunReport, HoldsErrorsAgainstTheLimit) {
  const History history = MakeHistory(90, 10);
  EXPECT_TRUE(JudgeRun(history, {}, ErrorLimit{10, false}).ok());
  EXPECT_TRUE(JudgeRun(history, {}, ErrorLimit{10, true}).ok());
  const RunVerdict verdict = JudgeRun(history, {}, ErrorLimit{9, true});
  EXPECT_FALSE(verdict.ok());
  EXPECT_EQ(RunSummary(verdict), "FAIL: 10 of 100 requests got no number (allowed: 9)");
  EXPECT_THAT(RunText(history, verdict, {}), StartsWith("FAIL: 10 of 100"));
}

TEST(RunReport, TellsWrongNumbersFirst) {
  History history = MakeHistory(3, 1);
  ASSERT_TRUE(history.Append({1000, 1001, 1, 1, 0, Outcome::kNumber}));
  const RunVerdict verdict = JudgeRun(history, {}, ErrorLimit{});
  EXPECT_THAT(RunSummary(verdict), AllOf(StartsWith("FAIL: "), HasSubstr("duplicate")));
}

TEST(RunReport, ListsFailuresSafely) {
  const History history = MakeHistory(1, 2);
  const RunVerdict verdict = JudgeRun(history, {}, std::nullopt);
  const Failure failure{0, "a \"bad\"\x1b[31m answer", 1'002};
  EXPECT_THAT(RunText(history, verdict, {&failure, 1}),
              EndsWith("1,002   a:1: a \"bad\"\\u001b[31m answer\n"));
  const std::string json = RunJson(history, verdict, {&failure, 1});
  EXPECT_THAT(json, StartsWith("{\"ok\":true,\"summary\":\"PASS: "));
  EXPECT_THAT(json,
              HasSubstr("{\"address\":\"a:1\",\"what\":\"a \\\"bad\\\"\\u001b[31m answer\",\"count\":1002}"));
  EXPECT_THAT(json, HasSubstr("\"errors\":{\"count\":2,\"max\":null}"));
}

TEST(FailureList, CountsEqualOnesTogether) {
  FailureList list;
  list.Add(0, "timeout");
  list.Add(1, "timeout");
  list.Add(0, "timeout");
  EXPECT_THAT(list.failures(), testing::ElementsAre(Failure{0, "timeout", 2}, Failure{1, "timeout", 1}));
}

TEST(FailureList, IsBounded) {
  FailureList list;
  for (int i = 0; i < 1000; ++i) list.Add(0, Format("failure {}", i));
  ASSERT_EQ(list.failures().size(), FailureList::kKindsMax + 1);
  EXPECT_EQ(list.failures().back(), (Failure{0, "other", 1000 - FailureList::kKindsMax}));
}

}  // namespace
}  // namespace cairn::check
