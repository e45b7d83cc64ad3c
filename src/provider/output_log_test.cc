#include "provider/output_log.h"

#include <gtest/gtest.h>

namespace cairn::provider {
namespace {

TEST(OutputLog, ShowsTheLastLines) {
  OutputLog log(1000);
  EXPECT_EQ(log.Summary(), "");
  log.Add("a\nb\n\nc");
  log.Add("d\n");
  EXPECT_EQ(log.Summary(), "a\nb\ncd");
  EXPECT_EQ(log.Summary(2), "b\ncd");
}

TEST(OutputLog, CopiesAllOfIt) {
  std::string all;
  OutputLog log(2, [&](std::string_view bytes) { all += bytes; });
  log.Add("a\nbc");
  log.Add("d");
  EXPECT_EQ(all, "a\nbcd");
}

TEST(OutputLog, ShowsAPanicFromItsBeginning) {
  OutputLog log(1000);
  log.Add("noise\npanic: oh\n\ngoroutine 1:\n\tmain.go:7\x1b[31m\nmore\n");
  EXPECT_EQ(log.Summary(3), "panic: oh\ngoroutine 1:\n main.go:7\\u001b[31m");
}

TEST(OutputLog, ForgetsTheBeginning) {
  OutputLog log(100);
  for (int i = 0; i < 10'000; ++i) log.Add("0123456789\n");
  log.Add("last\n");
  const std::string summary = log.Summary(1000);
  EXPECT_LE(summary.size(), 200u);
  EXPECT_GE(summary.size(), 90u);
  EXPECT_TRUE(summary.ends_with("0123456789\nlast"));
  log.Add(std::string(1000, 'x'));
  EXPECT_EQ(log.Summary(1), std::string(100, 'x'));
}

}  // namespace
}  // namespace cairn::provider
