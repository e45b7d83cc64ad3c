#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <limits>
#include <random>
#include <thread>

#include "base/fd.h"
#include "base/strings.h"
#include "base/testing/manual_clock.h"
#include "base/text_escape.h"

namespace cairn {
namespace {

constexpr std::string_view kTime = "2026-01-02T03:04:05.678Z";

class LogTest : public testing::Test {
 protected:
  LogTest() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
    clock_.Advance(std::chrono::microseconds(678'900));
  }

  Logger Make(LogFormat format) { return Logger(clock_, {write_end_.get(), LogLevel::kDebug, format}); }

  // What was written since the last call.
  std::string Written() {
    std::string out(1 << 16, '\0');
    const ssize_t count = ::read(read_end_.get(), out.data(), out.size());
    out.resize(count < 0 ? 0 : static_cast<size_t>(count));
    return out;
  }

  ManualClock clock_;
  UniqueFd read_end_;
  UniqueFd write_end_;
};

TEST_F(LogTest, WritesJson) {
  const Logger log = Make(LogFormat::kJson);
  log.Info("listening");
  EXPECT_EQ(Written(), Format("{{\"time\":\"{}\",\"level\":\"info\",\"msg\":\"listening\"}}\n", kTime));
  const std::string address = "::1";
  log.Error("a \"b\"\n", {{"s", address},
                          {"i", -1},
                          {"u", std::numeric_limits<uint64_t>::max()},
                          {"d", 0.1},
                          {"inf", -std::numeric_limits<double>::infinity()},
                          {"b", true},
                          {"bytes", "\xff\x1b"}});
  EXPECT_EQ(Written(),
            Format("{{\"time\":\"{}\",\"level\":\"error\",\"msg\":\"a \\\"b\\\"\\n\",\"s\":\"::1\",\"i\":-1,"
                   "\"u\":18446744073709551615,\"d\":0.1,\"inf\":\"-inf\",\"b\":true,\"bytes\":\"\xef\xbf\xbd"
                   "\\u001b\"}}\n",
                   kTime));
}

TEST_F(LogTest, WritesText) {
  const Logger log = Make(LogFormat::kText);
  log.Info("got \"it\"\n", {{"plain", "a:b/c"},
                            {"spaces", "a b"},
                            {"equals", "a=b"},
                            {"quote", "a\"b"},
                            {"newline", "a\nb"},
                            {"empty", ""},
                            {"n", 7},
                            {"no", false},
                            {"nan", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_EQ(Written(),
            Format("{} INFO  got \"it\"\\n plain=a:b/c spaces=\"a b\" equals=\"a=b\" quote=\"a\\\"b\" "
                   "newline=\"a\\nb\" empty=\"\" n=7 no=false nan=nan\n",
                   kTime));
  log.Warn("w");
  EXPECT_EQ(Written(), Format("{} WARN  w\n", kTime));
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  const Logger log(clock_, {write_end_.get(), LogLevel::kWarn, LogFormat::kText});
  log.Debug("d");
  log.Info("i");
  EXPECT_EQ(Written(), "");
  EXPECT_FALSE(log.Enabled(LogLevel::kInfo));
  EXPECT_TRUE(log.Enabled(LogLevel::kError));
}

TEST_F(LogTest, CutsLongLines) {
  const std::string text(10'000, '\n');
  for (const LogFormat format : {LogFormat::kJson, LogFormat::kText}) {
    Make(format).Info(text, {{"never", "seen"}});
    std::string line = Written();
    EXPECT_LE(line.size(), Logger::kLineBytesMax);
    EXPECT_GT(line.size(), Logger::kLineBytesMax - 100);
    EXPECT_TRUE(line.ends_with(format == LogFormat::kJson ? "\xe2\x80\xa6\",\"truncated\":true}\n"
                                                          : "\xe2\x80\xa6 truncated=true\n"));
    Make(format).Info("m", {{"long", text}, {"never", "seen"}});
    line = Written();
    EXPECT_LE(line.size(), Logger::kLineBytesMax);
    EXPECT_EQ(line.find("never"), std::string::npos);
  }
}

TEST_F(LogTest, WritesOneLineOfUtf8WhateverTheBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % (round % 10 == 0 ? 5000 : 20), '\0');
    for (char& c : text) c = static_cast<char>(random());
    Make(round % 2 == 0 ? LogFormat::kJson : LogFormat::kText)
        .Info(text, {{"a", text}, {"b", text}, {"c", 1.5}});
    const std::string line = Written();
    ASSERT_EQ(line.find('\n'), line.size() - 1);
    ASSERT_LE(line.size(), Logger::kLineBytesMax);
    ASSERT_TRUE(IsUtf8(line));
    for (const char c : line.substr(0, line.size() - 1)) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
  }
}

TEST_F(LogTest, DoesNotMixLinesOfSeveralThreads) {
  const Logger log = Make(LogFormat::kText);
  const std::string a(3000, 'a');
  const std::string b(3000, 'b');
  const auto write = [&](const std::string& text) {
    for (int i = 0; i < 5; ++i) log.Info(text);
  };
  std::thread first(write, a);
  std::thread second(write, b);
  first.join();
  second.join();
  const std::string written = Written();
  const std::vector<std::string_view> lines = Split(written, '\n');
  ASSERT_EQ(lines.size(), 11u);
  for (size_t i = 0; i < 10; ++i) {
    const std::string_view text = lines[i].substr(kTime.size() + 7);
    EXPECT_TRUE(text == a || text == b);
  }
}

TEST_F(LogTest, LosesLinesThatCannotBeWritten) {
  const Logger log = Make(LogFormat::kText);
  for (int i = 0; i < 100; ++i)
    log.Info(std::string(3000, 'x'));  // more than the pipe holds, and it does not block
  Logger(clock_, {-1, LogLevel::kInfo, LogFormat::kText}).Info("nowhere");
}

TEST_F(LogTest, ColoursLevelsOnTerminalsOnly) {
  const UniqueFd primary(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(primary);
  ASSERT_EQ(::grantpt(primary.get()), 0);
  ASSERT_EQ(::unlockpt(primary.get()), 0);
  const UniqueFd terminal(::open(::ptsname(primary.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(terminal);
  termios raw{};
  ::tcgetattr(terminal.get(), &raw);
  ::cfmakeraw(&raw);
  ::tcsetattr(terminal.get(), TCSANOW, &raw);
  const auto logged = [&](LogFormat format) {
    Logger(clock_, {terminal.get(), LogLevel::kInfo, format}).Error("m");
    char out[256];
    const ssize_t count = ::read(primary.get(), out, sizeof out);
    return std::string(out, count < 0 ? 0 : static_cast<size_t>(count));
  };

  ::unsetenv("NO_COLOR");
  EXPECT_EQ(logged(LogFormat::kText), Format("{} \x1b[31mERROR\x1b[0m m\n", kTime));
  EXPECT_EQ(logged(LogFormat::kJson).find('\x1b'), std::string::npos);
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(logged(LogFormat::kText), Format("{} ERROR m\n", kTime));
  ::unsetenv("NO_COLOR");
}

TEST(LogLimiter, AllowsOneLinePerPeriodAndCountsTheOthers) {
  ManualClock clock;
  LogLimiter limiter(clock, std::chrono::seconds(10));
  EXPECT_TRUE(limiter.Allow());
  EXPECT_EQ(limiter.suppressed(), 0u);
  EXPECT_FALSE(limiter.Allow());
  clock.Advance(std::chrono::milliseconds(9'999));
  EXPECT_FALSE(limiter.Allow());
  clock.Advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(limiter.Allow());
  EXPECT_EQ(limiter.suppressed(), 2u);
  clock.Advance(std::chrono::hours(1));
  EXPECT_TRUE(limiter.Allow());
  EXPECT_EQ(limiter.suppressed(), 0u);
}

}  // namespace
}  // namespace cairn
