#include "check/progress.h"

#include <gtest/gtest.h>

namespace cairn::check {
namespace {

using std::chrono::seconds;

TEST(ProgressLine, ShowsTheRateSinceTheLastUpdate) {
  ProgressLine line(80);
  EXPECT_EQ(line.Update({.numbers = 2000, .errors = 0, .last_number = 5000}, seconds(2)),
            "\r\x1b[K2.0 s   1,000/s   number 5,000   errors 0");
  EXPECT_EQ(line.Update({.numbers = 5000, .errors = 7, .last_number = 8000}, seconds(3)),
            "\r\x1b[K3.0 s   3,000/s   number 8,000   errors 7");
}

TEST(ProgressLine, NeverWraps) {
  EXPECT_EQ(ProgressLine(10).Update({}, seconds(1)), "\r\x1b[K1.0 s   0/");
}

}  // namespace
}  // namespace cairn::check
