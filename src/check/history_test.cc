#include "check/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>
#include <random>

#include "base/strings.h"

namespace cairn::check {
namespace {

// The example of docs/formats/history.md.
constexpr std::string_view kExample =
    "cairn-history 1\n"
    "address 127.0.0.1:8081\n"
    "address 127.0.0.1:8082\n"
    "0 812331 0 1 number 41\n"
    "101044 915002 1 2 number 42\n"
    "917100 2917100 1 2 indeterminate -\n"
    "2917301 2917390 0 3 failed -\n"
    "end 4\n";

History Example() {
  History history({"127.0.0.1:8081", "127.0.0.1:8082"});
  EXPECT_TRUE(history.Append({0, 812331, 41, 1, 0, Outcome::kNumber}));
  EXPECT_TRUE(history.Append({101044, 915002, 42, 2, 1, Outcome::kNumber}));
  EXPECT_TRUE(history.Append({917100, 2917100, 0, 2, 1, Outcome::kIndeterminate}));
  EXPECT_TRUE(history.Append({2917301, 2917390, 0, 3, 0, Outcome::kFailed}));
  return history;
}

std::string ErrorOf(std::string_view text) {
  const auto history = DecodeHistory(text);
  return history ? "no error" : history.error().message;
}

std::string WithLine(std::string_view line) {
  return Format("cairn-history 1\naddress a\n{}\nend 1\n", line);
}

TEST(History, IsWrittenAsTheFormatSays) {
  EXPECT_EQ(EncodeHistory(Example()), kExample);
}

TEST(History, IsReadAsTheFormatSays) {
  const auto history = DecodeHistory(kExample);
  ASSERT_TRUE(history) << history.error().message;
  EXPECT_EQ(history->addresses(), Example().addresses());
  EXPECT_THAT(history->operations(), testing::ElementsAreArray(Example().operations()));
}

TEST(History, KeepsEveryValueOverARoundTrip) {
  std::mt19937_64 random(7);
  History history({"a", "b:1", "[::1]:80"});
  constexpr auto kMax = std::numeric_limits<int64_t>::max();
  ASSERT_TRUE(history.Append({0, kMax, std::numeric_limits<int64_t>::min(), ~0U, 2, Outcome::kNumber}));
  ASSERT_TRUE(history.Append({kMax, kMax, kMax, 0, 0, Outcome::kNumber}));
  for (int i = 0; i < 1000; ++i) {
    Operation operation{static_cast<int64_t>(random() >> (1 + random() % 62)),
                        0,
                        0,
                        static_cast<uint32_t>(random()),
                        static_cast<uint16_t>(random() % 3),
                        static_cast<Outcome>(random() % 4)};
    operation.end_ns = operation.start_ns + static_cast<int64_t>(random() % 1000);
    if (operation.end_ns < operation.start_ns) operation.end_ns = operation.start_ns;
    if (operation.outcome == Outcome::kNumber) operation.number = static_cast<int64_t>(random());
    ASSERT_TRUE(history.Append(operation));
  }
  const auto read = DecodeHistory(EncodeHistory(history));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->operations(), testing::ElementsAreArray(history.operations()));
}

TEST(History, IsKeptInAFile) {
  const std::string path = testing::TempDir() + Format("/history_test.{}", getpid());
  ASSERT_TRUE(SaveHistory(Example(), path));
  const auto history = LoadHistory(path, 4);
  ASSERT_TRUE(history) << history.error().message;
  EXPECT_EQ(EncodeHistory(*history), kExample);
  const auto too_many = LoadHistory(path, 3);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().message, path + ": line 7: more than 3 operations");
  unlink(path.c_str());
  EXPECT_FALSE(LoadHistory(path));
}

TEST(History, RefusesOperationsBeyondItsBound) {
  History history({"a"}, 2);
  EXPECT_TRUE(history.Append({}));
  EXPECT_TRUE(history.Append({}));
  EXPECT_FALSE(history.Append({}));
  EXPECT_EQ(history.size(), 2U);

  const auto read = DecodeHistory(kExample, 3);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(read.error().message, "line 7: more than 3 operations");
}

TEST(History, RefusesEveryCutOfAFile) {
  for (size_t size = 0; size < kExample.size(); ++size) {
    EXPECT_FALSE(DecodeHistory(kExample.substr(0, size))) << size;
  }
  EXPECT_EQ(ErrorOf(kExample.substr(0, kExample.size() - 6)),
            "line 8: the file is cut short: expected an operation or \"end COUNT\", with a line feed");
}

TEST(History, NamesTheLineThatIsWrong) {
  EXPECT_EQ(ErrorOf(""), "line 1: expected \"cairn-history 1\"");
  EXPECT_EQ(ErrorOf("cairn-history 2\naddress a\nend 0\n"), "line 1: expected \"cairn-history 1\"");
  EXPECT_EQ(ErrorOf("cairn-history 1\nend 0\n"), "line 2: expected \"address NAME\"");
  EXPECT_EQ(ErrorOf("cairn-history 1\naddress a b\nend 0\n"),
            "line 2: an address is 1 to 256 printable characters without blanks");
  EXPECT_EQ(ErrorOf("cairn-history 1\naddress a\nend 1\n"),
            "line 3: the file holds 0 operations, not as many as its end says");
  EXPECT_EQ(ErrorOf("cairn-history 1\naddress a\nend 0\nend 0\n"), "line 4: nothing may follow the end");
}

TEST(History, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(ErrorOf(WithLine("1 2 0 1 number 5")), "no error");
  const std::string shape =
      "line 3: expected \"START END ADDRESS CONNECTION OUTCOME NUMBER\", one blank between them";
  for (const char* line :
       {"", "1 2 0 1 number", "1 2 0 1 number 5 ", " 1 2 0 1 number 5", "1  2 0 1 number 5"}) {
    EXPECT_EQ(ErrorOf(WithLine(line)), shape) << line;
  }
  for (const char* line :
       {"-1 2 0 1 number 5", "01 2 0 1 number 5", "+1 2 0 1 number 5", "x 2 0 1 number 5"}) {
    EXPECT_EQ(ErrorOf(WithLine(line)), "line 3: the start is not a number of nanoseconds") << line;
  }
  EXPECT_EQ(ErrorOf(WithLine("1 9223372036854775808 0 1 number 5")),
            "line 3: the end is not a number of nanoseconds");
  EXPECT_EQ(ErrorOf(WithLine("2 1 0 1 number 5")), "line 3: the end is before the start");
  EXPECT_EQ(ErrorOf(WithLine("1 2 1 1 number 5")), "line 3: the address is not the index of an address line");
  EXPECT_EQ(ErrorOf(WithLine("1 2 0 4294967296 number 5")), "line 3: the connection is not a 32-bit number");
  EXPECT_EQ(ErrorOf(WithLine("1 2 0 1 lost -")),
            "line 3: the outcome is none of number, indeterminate, failed, malformed");
  EXPECT_EQ(ErrorOf(WithLine("1 2 0 1 number -")), "line 3: the number is not a 64-bit number");
  EXPECT_EQ(ErrorOf(WithLine("1 2 0 1 number -0")), "line 3: the number is not a 64-bit number");
  EXPECT_EQ(ErrorOf(WithLine("1 2 0 1 number 5\r")), "line 3: the number is not a 64-bit number");
  EXPECT_EQ(ErrorOf(WithLine("1 2 0 1 failed 5")), "line 3: expected \"-\" where there is no number");
}

}  // namespace
}  // namespace cairn::check
