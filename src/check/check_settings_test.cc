#include "check/check_settings.h"

#include <gmock/gmock.h>

#include <vector>

namespace cairn::check {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

// The exit code, or -1 if the program would run.
int Parse(CheckSettingsParser& parser, std::vector<const char*> words) {
  words.insert(words.begin(), "counter-check");
  return parser.Parse(static_cast<int>(words.size()), words.data()).value_or(-1);
}

// What it says about a mistake.
std::string Mistake(const std::vector<const char*>& words) {
  CheckSettingsParser parser;
  testing::internal::CaptureStderr();
  const int exit_code = Parse(parser, words);
  std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(exit_code, 2);
  return said;
}

TEST(CheckSettings, RunForTenSecondsUnlessTold) {
  CheckSettingsParser parser;
  ASSERT_EQ(Parse(parser, {"a:1", "https://b"}), -1);
  EXPECT_EQ(parser.settings().load.duration, seconds(10));
  EXPECT_EQ(parser.settings().load.targets.size(), 2u);
  EXPECT_EQ(parser.settings().errors_max, std::nullopt);

  CheckSettingsParser counted;
  ASSERT_EQ(Parse(counted, {"a:1", "--requests", "5"}), -1);
  EXPECT_EQ(counted.settings().load.duration, Duration::zero());

  CheckSettingsParser both;
  ASSERT_EQ(Parse(both, {"a:1", "--requests", "5", "--duration", "2s"}), -1);
  EXPECT_EQ(both.settings().load.duration, seconds(2));
}

TEST(CheckSettings, LimitErrors) {
  CheckSettingsParser none;
  ASSERT_EQ(Parse(none, {"a:1", "--no-errors", "--max-errors", "5"}), -1);
  EXPECT_EQ(none.settings().errors_max, (ErrorLimit{0, false}));

  CheckSettingsParser some;
  ASSERT_EQ(Parse(some, {"a:1", "--max-errors", "5%"}), -1);
  EXPECT_EQ(some.settings().errors_max, (ErrorLimit{5, true}));
}

TEST(CheckSettings, ExplainMistakesInOneLine) {
  EXPECT_THAT(Mistake({}), HasSubstr("needs an ADDRESS"));
  EXPECT_THAT(Mistake({"a"}), HasSubstr("HOST:PORT"));
  EXPECT_THAT(Mistake({"a:1", "--path", "x"}), HasSubstr("/get-number"));
  EXPECT_THAT(Mistake({"a:1", "--path", "/a b"}), HasSubstr("/get-number"));
  EXPECT_THAT(Mistake({"a:1", "--host", "a/b"}), HasSubstr("NAME"));
  EXPECT_THAT(Mistake({"a:1", "--max-errors", "x"}), HasSubstr("percentage"));
  EXPECT_THAT(Mistake({"a:1", "--conections", "4"}), HasSubstr("did you mean --connections?"));
  EXPECT_THAT(Mistake({"a:1", "--judge", "file"}), HasSubstr("no ADDRESS"));
  EXPECT_THAT(Mistake({"a:1", "--svg", "/nowhere/at/all.svg"}), HasSubstr("does not exist"));
  EXPECT_THAT(Mistake({"a:1", "--history", "/dev/null"}), HasSubstr("not a regular file"));
}

TEST(CheckSettings, TakeAnyNumberOfAddressesUpToTheBound) {
  CheckSettingsParser most;
  EXPECT_EQ(Parse(most, std::vector<const char*>(History::kAddressesMax, "a:1")), -1);
  EXPECT_THAT(Mistake(std::vector<const char*>(History::kAddressesMax + 1, "a:1")), HasSubstr("unexpected"));
}

}  // namespace
}  // namespace cairn::check
