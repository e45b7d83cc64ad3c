#include "check/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::check {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr size_t kBytesMax = 2'000'000;

size_t CountOf(std::string_view part, std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++count;
  return count;
}

// The tags of `xml` nest, and no bare "<", ">" or "&" stands between them.
bool IsWellFormed(std::string_view xml) {
  std::vector<std::string> open;
  while (!xml.empty()) {
    const size_t tag = xml.find('<');
    const std::string_view text = xml.substr(0, tag);
    if (text.contains('>') || CountOf("&", text) != CountOf("&amp;", text) + CountOf("&lt;", text) +
                                                        CountOf("&gt;", text) + CountOf("&#34;", text)) {
      return false;
    }
    if (tag == std::string_view::npos) break;
    const size_t end = xml.find('>', tag);
    if (end == std::string_view::npos) return false;
    const std::string_view inside = xml.substr(tag + 1, end - tag - 1);
    const std::string name(inside.substr(0, inside.find(' ')));
    if (name.starts_with('/')) {
      if (open.empty() || name.substr(1) != open.back()) return false;
      open.pop_back();
    } else if (!inside.ends_with('/')) {
      open.push_back(name);
    }
    if (CountOf("\"", inside) % 2 != 0) return false;
    xml.remove_prefix(end + 1);
  }
  return open.empty();
}

std::string PlotOf(const History& history) {
  return PlotSvg(history, Check(history));
}

// Answers one after another, 1 ms each, in turn from three addresses.
History Rising(int64_t count) {
  History history({"a:1", "b:2", "c:3"});
  for (int64_t i = 0; i < count; ++i) {
    EXPECT_TRUE(history.Append({i * 1'000'000, i * 1'000'000 + 900'000, 5'000 + i, 0,
                                static_cast<uint16_t>(i % 3), Outcome::kNumber}));
  }
  return history;
}

TEST(Plot, DrawsEachAnswerOfASmallRun) {
  const std::string svg = PlotOf(Rising(10));
  EXPECT_TRUE(IsWellFormed(svg)) << svg;
  EXPECT_EQ(CountOf("h0", svg), 10U + 3U);  // and one for each address in the legend
  for (const char* text :
       {">PASS<", ">10 numbers, all different, increasing in real time<", ">a:1<", ">b:2<", ">c:3<",
        ">5,000<", ">5,009<", ">0.000<", ">0.008<", "10 requests to 3 addresses"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  EXPECT_THAT(svg, Not(HasSubstr("violation")));
  EXPECT_THAT(svg, Not(HasSubstr("#d62728")));
}

TEST(Plot, MarksBothAnswersOfAViolation) {
  History history = Rising(10);
  ASSERT_TRUE(history.Append({11'000'000, 12'000'000, 5'004, 0, 2, Outcome::kNumber}));
  const std::string svg = PlotOf(history);
  EXPECT_THAT(svg, HasSubstr(">FAIL<"));
  // The two with 5,004 and those with 5,005 to 5,009, which came before the second of them.
  EXPECT_THAT(svg, HasSubstr(">in a violation: 7<"));
  const size_t halo = svg.find("stroke=\"#d62728\"");
  ASSERT_NE(halo, std::string::npos);
  const size_t path = svg.rfind("<path", halo);
  EXPECT_EQ(CountOf("h0", svg.substr(path, halo - path)), 7U);
}

TEST(Plot, StaysSmallWhateverTheRun) {
  std::mt19937_64 random(5);
  std::vector<std::string> addresses;
  for (int i = 0; i < 256; ++i) addresses.push_back(std::string(250, '&') + std::to_string(i));
  History noise(addresses);
  for (int i = 0; i < 200'000; ++i) {
    const auto start = static_cast<int64_t>(random() >> 1);
    ASSERT_TRUE(noise.Append({start, start, static_cast<int64_t>(random()), 0,
                              static_cast<uint16_t>(random() % 256), Outcome::kNumber}));
  }
  Verdict verdict = Check(noise);
  const std::string violating = PlotSvg(noise, verdict);
  EXPECT_TRUE(IsWellFormed(violating));
  EXPECT_LT(violating.size(), kBytesMax);
  EXPECT_EQ(violating, PlotSvg(noise, verdict)) << "the same run, the same picture";

  verdict.violating.assign(noise.size(), false);
  const std::string plain = PlotSvg(noise, verdict);
  EXPECT_LT(plain.size(), kBytesMax);
  EXPECT_LE(CountOf("h0", plain), PlotOptions{}.points_max + 16);
  EXPECT_GT(CountOf("h0", plain), PlotOptions{}.points_max / 2);
}

TEST(Plot, KeepsAViolationAmongManyAnswers) {
  History history({"a"});
  for (int64_t i = 0; i < 200'000; ++i) {
    ASSERT_TRUE(history.Append({i * 1'000, i * 1'000 + 900, i, 0, 0, Outcome::kNumber}));
  }
  ASSERT_TRUE(history.Append({100'000'000, 100'000'000, 99'990, 0, 0, Outcome::kNumber}));
  Verdict verdict = Check(history);
  ASSERT_FALSE(verdict.ok);
  const std::string svg = PlotSvg(history, verdict, {.points_max = 10});
  EXPECT_LT(CountOf("h0", svg), 10U + 20U);
  EXPECT_THAT(svg, HasSubstr("#d62728\" stroke-width=\"12\""));
}

TEST(Plot, DrawsTheExtremes) {
  constexpr auto kMax = std::numeric_limits<int64_t>::max();
  constexpr auto kMin = std::numeric_limits<int64_t>::min();
  EXPECT_TRUE(IsWellFormed(PlotOf(History({"a<b>&\"c\""}))));
  for (const int64_t number : {kMin, int64_t{-1}, int64_t{0}, kMax}) {
    for (const int64_t time : {int64_t{0}, int64_t{1}, kMax}) {
      History history({"a"});
      ASSERT_TRUE(history.Append({time, time, number, 0, 0, Outcome::kNumber}));
      EXPECT_TRUE(IsWellFormed(PlotOf(history)));
      ASSERT_TRUE(history.Append({0, kMax, number == kMin ? kMax : kMin, 0, 0, Outcome::kNumber}));
      const std::string svg = PlotOf(history);
      EXPECT_TRUE(IsWellFormed(svg));
      EXPECT_LT(svg.size(), 10'000U);
    }
  }
}

}  // namespace
}  // namespace cairn::check
