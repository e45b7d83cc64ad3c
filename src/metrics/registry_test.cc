#include "metrics/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>
#include <set>

namespace cairn::metrics {
namespace {

// A second reading of the format's rules: parses a whole exposition or fails the test.
class Exposition {
 public:
  explicit Exposition(const std::string& text) : rest_(text) {
    while (!rest_.empty() && !testing::Test::HasFailure()) ReadLine();
  }

  std::map<std::string, std::string> help;
  std::map<std::string, std::string> type;
  std::map<std::string, double> samples;  // by name{label=value,...}, labels sorted, values raw

 private:
  void Expect(std::string_view token) {
    ASSERT_TRUE(rest_.starts_with(token)) << "expected " << token << " at " << rest_;
    rest_.remove_prefix(token.size());
  }

  std::string TakeName(std::string_view more) {
    size_t end = 0;
    while (end < rest_.size() &&
           (isalnum(static_cast<unsigned char>(rest_[end])) || more.contains(rest_[end])))
      ++end;
    EXPECT_GT(end, 0u);
    EXPECT_FALSE(isdigit(static_cast<unsigned char>(rest_[0])));
    std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return name;
  }

  std::string TakeUntil(char end_character) {
    std::string out;
    while (!rest_.empty() && rest_[0] != end_character) {
      if (rest_[0] == '\n') ADD_FAILURE() << "a raw newline";
      if (rest_[0] == '\\') {
        rest_.remove_prefix(1);
        out += rest_[0] == 'n' ? '\n' : rest_[0];
        EXPECT_TRUE(rest_[0] == 'n' || rest_[0] == '\\' || (rest_[0] == '"' && end_character == '"'));
      } else {
        out += rest_[0];
      }
      rest_.remove_prefix(1);
    }
    return out;
  }

  void ReadLine() {
    if (rest_.starts_with("# ")) {
      Expect("# ");
      const bool is_help = rest_.starts_with("HELP ");
      Expect(is_help ? "HELP " : "TYPE ");
      family_ = TakeName("_:");
      Expect(" ");
      auto& lines = is_help ? help : type;
      EXPECT_TRUE(lines.emplace(family_, TakeUntil('\n')).second) << "a second line for " << family_;
    } else {
      ReadSample();
    }
    Expect("\n");
  }

  void ReadSample() {
    const std::string name = TakeName("_:");
    EXPECT_TRUE(name.starts_with(family_)) << "families must not be mixed";
    std::set<std::string> labels;
    if (rest_.starts_with("{")) {
      for (char separator = '{'; separator != '}'; separator = rest_[0]) {
        rest_.remove_prefix(1);
        std::string label = TakeName("_");
        Expect("=\"");
        label += "=" + TakeUntil('"');
        Expect("\"");
        EXPECT_TRUE(labels.insert(label).second);
        ASSERT_TRUE(rest_.starts_with(",") || rest_.starts_with("}")) << rest_;
      }
      Expect("}");
    }
    Expect(" ");
    std::string key = name;
    for (const std::string& label : labels) key += "|" + label;
    const std::string value = TakeUntil('\n');
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);  // knows +Inf and NaN, too
    EXPECT_EQ(*end, '\0') << value;
    EXPECT_TRUE(samples.emplace(key, number).second) << "a second sample " << key;
  }

  std::string_view rest_;
  std::string family_;
};

TEST(Registry, WritesTheTextFormat) {
  Registry registry;
  registry.AddCounter("errors_total", "Failed\nrequests \\ \"all\".", {{"kind", "timeout"}}).Increment(3);
  registry.AddGauge("queue", "Length.").Set(-1.5);
  registry.AddCounter("errors_total", "", {{"kind", "a\"b\\c\nd"}, {"zone", ""}}).Increment();
  Histogram& histogram = registry.AddHistogram("wait_seconds", "Waiting.", {0.5, 1, 10});
  for (const double value : {0.25, 0.5, 0.75, 100.0}) histogram.Observe(value);
  EXPECT_EQ(registry.Text(), R"(# HELP errors_total Failed\nrequests \\ "all".
# TYPE errors_total counter
errors_total{kind="timeout"} 3
errors_total{kind="a\"b\\c\nd",zone=""} 1
# HELP queue Length.
# TYPE queue gauge
queue -1.5
# HELP wait_seconds Waiting.
# TYPE wait_seconds histogram
wait_seconds_bucket{le="0.5"} 2
wait_seconds_bucket{le="1"} 3
wait_seconds_bucket{le="10"} 3
wait_seconds_bucket{le="+Inf"} 4
wait_seconds_sum 101.5
wait_seconds_count 4
)");
}

TEST(Registry, AsksCallbacksWhenTheTextIsMade) {
  Registry registry;
  double bytes = 1;
  registry.AddGauge("bytes", "Bytes.", [&] { return bytes; }, {{"of", "all"}});
  registry.AddCounter("seconds_total", "Seconds.", [&] { return bytes / 2; });
  bytes = 3;
  const Exposition exposition(registry.Text());
  EXPECT_EQ(exposition.samples.at("bytes|of=all"), 3);
  EXPECT_EQ(exposition.samples.at("seconds_total"), 1.5);
  EXPECT_EQ(exposition.type.at("seconds_total"), "counter");
}

TEST(Registry, WritesNumbersExactly) {
  Registry registry;
  Counter& counter = registry.AddCounter("c", "");
  counter.Increment(std::numeric_limits<uint64_t>::max());
  EXPECT_NE(registry.Text().find("c 18446744073709551615\n"), std::string::npos);
  Gauge& gauge = registry.AddGauge("g", "");
  for (const double value : {0.1, 1e300, -0.0, 5e-324, std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()}) {
    gauge.Set(value);
    EXPECT_EQ(Exposition(registry.Text()).samples.at("g"), value);
  }
  gauge.Set(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(std::isnan(Exposition(registry.Text()).samples.at("g")));
  EXPECT_NE(registry.Text().find("g NaN\n"), std::string::npos);
}

TEST(Registry, KeepsReferencesValid) {
  Registry registry;
  Counter& first = registry.AddCounter("first", "");
  Counter& labelled = registry.AddCounter("labelled", "", {{"i", "-1"}});
  for (int i = 0; i < 1000; ++i) {
    registry.AddGauge("g" + std::to_string(i), "");
    registry.AddCounter("labelled", "", {{"i", std::to_string(i)}});
  }
  first.Increment();
  labelled.Increment(2);
  const Exposition exposition(registry.Text());
  EXPECT_EQ(exposition.samples.at("first"), 1);
  EXPECT_EQ(exposition.samples.at("labelled|i=-1"), 2);
}

// Against the definition: a bucket counts the values that are at most its bound.
TEST(Histogram, CountsValuesUpToEachBound) {
  const std::vector<double> bounds = {-1, 0, 0.001, 1, 2.5};
  Registry registry;
  Histogram& histogram = registry.AddHistogram("h", "", bounds, {{"a", "b"}});
  std::vector<double> values = {-1, 0, 0.001, 1, 2.5, -1e300, 1e300};
  std::mt19937 random(1);
  std::uniform_real_distribution<double> distribution(-3, 4);
  for (int i = 0; i < 1000; ++i) values.push_back(distribution(random));
  double sum = 0;
  for (const double value : values) {
    histogram.Observe(value);
    sum += value;
  }
  const Exposition exposition(registry.Text());
  for (const double bound : bounds) {
    char key[64];
    std::snprintf(key, sizeof key, "h_bucket|a=b|le=%g", bound);
    EXPECT_EQ(exposition.samples.at(key),
              std::ranges::count_if(values, [&](double v) { return v <= bound; }));
  }
  EXPECT_EQ(exposition.samples.at("h_bucket|a=b|le=+Inf"), values.size());
  EXPECT_EQ(exposition.samples.at("h_count|a=b"), values.size());
  EXPECT_EQ(exposition.samples.at("h_sum|a=b"), sum);
}

TEST(Histogram, PutsWhatIsNotANumberAboveAllBounds) {
  Histogram histogram({1, 2});
  histogram.Observe(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(histogram.counts(), (std::vector<uint64_t>{0, 0, 1}));
}

#ifndef NDEBUG
TEST(RegistryDeathTest, AssertsNamesAndTypes) {
  Registry registry;
  registry.AddCounter("a", "", {{"l", "1"}});
  EXPECT_DEATH(registry.AddCounter("1a", ""), "");
  EXPECT_DEATH(registry.AddCounter("a-b", ""), "");
  EXPECT_DEATH(registry.AddCounter("b", "", {{"le", ""}}), "");
  EXPECT_DEATH(registry.AddCounter("b", "", {{"__x", ""}}), "");
  EXPECT_DEATH(registry.AddCounter("b", "", {{"x", "1"}, {"x", "2"}}), "");
  EXPECT_DEATH(registry.AddGauge("a", ""), "");
  EXPECT_DEATH(registry.AddCounter("a", "", {{"l", "1"}}), "");
  EXPECT_DEATH(registry.AddHistogram("h", "", {1, 1}), "");
}
#endif

}  // namespace
}  // namespace cairn::metrics
