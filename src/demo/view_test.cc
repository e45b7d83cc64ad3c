#include "demo/view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn::demo {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

View Example() {
  View view;
  view.url = "http://127.0.0.1:8080/get-number";
  view.redis = "127.0.0.1:6390 ready";
  view.directory = "/tmp/cairn-demo-a1b2c3";
  view.uptime = seconds(75);
  view.errors = 2;
  view.load = 20;
  view.events = {"    4.0 s  counter-2 ended: signal 9 (Killed)"};
  view.replicas = {
      {"counter-1", "127.0.0.1:41234", ReplicaState::kReady, 1234, 12.0, 1300},
      {"counter-2", "", ReplicaState::kDown, 60, 0.0, 81},
      {"counter-3", "127.0.0.1:41236", ReplicaState::kStarting, 0, 6.0, std::nullopt},
  };
  return view;
}

// What a terminal shows: the frame's lines without escape sequences.
std::vector<std::string> Shown(std::string_view frame) {
  std::vector<std::string> lines(1);
  for (size_t i = 0; i < frame.size(); ++i) {
    if (frame[i] == '\x1b') {
      i = frame.find_first_of("HJKm", i);
    } else if (frame[i] == '\n') {
      lines.emplace_back();
    } else if (frame[i] != '\r') {
      lines.back() += frame[i];
    }
  }
  return lines;
}

size_t Columns(std::string_view line) {
  size_t columns = 0;
  for (; !line.empty(); ++columns) line.remove_prefix(Utf8Length(line));
  return columns;
}

TEST(View, ShowsEveryReplicaAndTheSum) {
  const auto lines = Shown(Render(Example(), {.columns = 90, .rows = 24, .coloured = true, .utf8 = false}));
  const std::vector<std::string> expected = {
      "  Cairn: one counter, several replicas   1:15",
      "  $ curl http://127.0.0.1:8080/get-number",
      "",
      "  replica    address          state       requests      /s    number",
      "  counter-1  127.0.0.1:41234  ready          1,234    12.0     1,300  ############",
      "  counter-2  -                down              60     0.0        81  ",
      "  counter-3  127.0.0.1:41236  starting           0     6.0         -  ######",
      "  all                                        1,294    18.0     1,300  2 errors",
      "",
      "  redis 127.0.0.1:6390 ready; own load 20 requests/s",
      "  logs in /tmp/cairn-demo-a1b2c3",
      "",
      "    4.0 s  counter-2 ended: signal 9 (Killed)",
      "",
      "  1-3 kills that replica, r kills Redis; Ctrl-C stops everything",
  };
  EXPECT_EQ(lines, expected);
}

TEST(View, NeverExceedsTheTerminal) {
  const size_t lines_max = Shown(Render(Example(), {.columns = 200, .rows = 100})).size();
  for (size_t columns = 1; columns <= 100; ++columns) {
    for (size_t rows = 1; rows <= 20; ++rows) {
      const auto lines = Shown(Render(Example(), {.columns = columns, .rows = rows}));
      EXPECT_EQ(lines.size(), std::min(rows, lines_max));
      for (const std::string& line : lines) EXPECT_LE(Columns(line), columns) << line;
    }
  }
}

TEST(View, HasNoColourWhereNoneIsWanted) {
  const auto has_colour = [](const std::string& frame) {
    for (size_t at = frame.find('\x1b'); at != frame.npos; at = frame.find('\x1b', at + 1)) {
      if (frame[frame.find_first_not_of("[0123456789;", at + 1)] == 'm') return true;
    }
    return false;
  };
  EXPECT_TRUE(has_colour(Render(Example(), {.coloured = true})));
  EXPECT_FALSE(has_colour(Render(Example(), {.coloured = false})));
}

TEST(View, LetsNoControlCharacterThrough) {
  View view = Example();
  view.directory = "/tmp/\x1b[2Jx\n";
  const std::string frame = Render(view, {});
  EXPECT_EQ(frame.find("\x1b[2J"), std::string::npos);
  EXPECT_NE(frame.find("logs in /tmp/\\u001b[2Jx\\n"), std::string::npos);
}

TEST(RateMeter, AveragesOverTheLastTwoSeconds) {
  RateMeter meter;
  const TimePoint start{};
  EXPECT_EQ(meter.Update(100, start), 0);
  EXPECT_DOUBLE_EQ(meter.Update(110, start + milliseconds(250)), 40);
  EXPECT_DOUBLE_EQ(meter.Update(110, start + milliseconds(500)), 20);
  for (int quarter = 3; quarter <= 40; ++quarter) meter.Update(110, start + milliseconds(250) * quarter);
  EXPECT_DOUBLE_EQ(meter.Update(130, start + milliseconds(250) * 41), 10);
}

}  // namespace
}  // namespace cairn::demo
