#include "check/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

namespace cairn::check {
namespace {

constexpr auto kMax = std::numeric_limits<int64_t>::max();

// Against the sorted values themselves: never less, at most 1/128 more.
void ExpectPercentilesOf(std::vector<int64_t> values) {
  LatencyHistogram histogram;
  for (const int64_t value : values) histogram.Add(value);
  std::ranges::sort(values);
  ASSERT_EQ(histogram.count(), values.size());
  EXPECT_EQ(histogram.min_ns(), values.front());
  EXPECT_EQ(histogram.max_ns(), values.back());
  for (const uint32_t per_mille : {1U, 10U, 500U, 900U, 990U, 999U, 1000U}) {
    size_t rank = 1;  // the smallest with rank / size >= per_mille / 1000
    while (rank * 1000 < values.size() * per_mille) ++rank;
    const int64_t exact = values[rank - 1];
    const int64_t found = histogram.PercentileNs(per_mille);
    EXPECT_GE(found, exact) << per_mille;
    EXPECT_LE(found - exact, exact / 128) << per_mille << " of " << exact;
  }
  EXPECT_EQ(histogram.PercentileNs(1000), values.back());
}

TEST(LatencyHistogram, AgreesWithSortedValues) {
  std::mt19937_64 random(11);
  std::exponential_distribution<double> exponential(1.0 / 800'000);
  std::lognormal_distribution<double> lognormal(13, 2);
  const std::vector<std::function<int64_t()>> shapes{
      [&] { return static_cast<int64_t>(random() % 100); },
      [&] { return static_cast<int64_t>(random() % 1'000'000'000); },
      [&] { return static_cast<int64_t>(random() >> (1 + random() % 63)); },
      [&] { return static_cast<int64_t>(exponential(random)); },
      [&] { return static_cast<int64_t>(lognormal(random)); },
      [&] { return random() % 100 == 0 ? int64_t{5'000'000'000} : int64_t{70'000}; },
  };
  for (const auto& shape : shapes) {
    for (const size_t count : {1U, 2U, 10U, 999U, 1000U, 1001U, 20'000U}) {
      std::vector<int64_t> values(count);
      std::ranges::generate(values, shape);
      ExpectPercentilesOf(values);
    }
  }
}

TEST(LatencyHistogram, KeepsEveryBoundary) {
  for (int bit = 0; bit < 63; ++bit) {
    const int64_t power = int64_t{1} << bit;
    for (const int64_t value : {power - 1, power, power + 1, power + power / 2}) ExpectPercentilesOf({value});
    ExpectPercentilesOf({0, power - 1, power, power + 1});
  }
  ExpectPercentilesOf({kMax});
  ExpectPercentilesOf({0, kMax - 1, kMax});
}

TEST(LatencyHistogram, IsEmptyAtFirst) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min_ns(), 0);
  EXPECT_EQ(histogram.max_ns(), 0);
  EXPECT_EQ(histogram.PercentileNs(999), 0);
}

TEST(LatencyHistogram, CountsAClockThatWentBackAsZero) {
  LatencyHistogram histogram;
  histogram.Add(-5);
  EXPECT_EQ(histogram.max_ns(), 0);
  EXPECT_EQ(histogram.count(), 1U);
}

TEST(LatencyHistogram, MergesToTheHistogramOfAll) {
  std::mt19937_64 random(12);
  LatencyHistogram all;
  LatencyHistogram parts[3];
  for (int i = 0; i < 10'000; ++i) {
    const auto value = static_cast<int64_t>(random() >> (20 + random() % 40));
    all.Add(value);
    parts[random() % 2].Add(value);  // the third stays empty
  }
  LatencyHistogram merged;
  for (const LatencyHistogram& part : parts) merged.Merge(part);
  EXPECT_EQ(merged, all);
}

}  // namespace
}  // namespace cairn::check
