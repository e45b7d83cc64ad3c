#include "hcl/number.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace cairn::hcl {
namespace {

// "3" is parsed, "i3" a machine integer, "d3" a double.
Number Make(std::string_view text) {
  if (text.starts_with('i')) return Number(int64_t{std::stoll(std::string(text.substr(1)))});
  if (text.starts_with('d')) return Number(std::stod(std::string(text.substr(1))));
  const Result<Number> number = Number::Parse(text);
  EXPECT_TRUE(number) << text;
  return number.value_or(Number());
}

std::string Compute(std::string_view a, char operation, std::string_view b) {
  const Number left = Make(a), right = Make(b);
  const auto text = [](const Result<Number>& number) { return number ? number->ToString() : "error"; };
  switch (operation) {
    case '+':
      return (left + right).ToString();
    case '-':
      return (left - right).ToString();
    case '*':
      return (left * right).ToString();
    case '/':
      return text(Number::Divide(left, right));
    default:
      return text(Number::Modulo(left, right));
  }
}

// Answers of `terraform console`; there length() makes machine integers, and pow() doubles.
TEST(Number, ComputesAsThePeer) {
  const struct {
    std::string_view a;
    char operation;
    std::string_view b, answer;
  } kFacts[] = {
      {"0.1", '+', "0.2", "0.3"},
      {"1.1", '+', "2.2",
       "3.3000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
       "000000000000000000000000000000000000000000000000000000000000000002"},
      {"1", '/', "3",
       "0."
       "33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333"
       "33"
       "3333333333333333333333333333333333333333333333333335"},
      {"i3", '/', "i7", "0.42857142857142857144"},
      {"i1", '/', "i3", "0.33333333333333333334"},
      {"i4", '/', "i3", "1.3333333333333333334"},
      {"d0.1", '/', "3",
       "0."
       "03333333333333333518370504104192756737271944681803385416666666666666666666666666666666666666666666666"
       "666"
       "666666666666666666666666666666666666666666666666667"},
      {"d1.4142135623730951", '*', "d1.4142135623730951", "2.00000000000000027343234630647693"},
      {"d0.30102999566398114250631579125183634459972381591796875", '*', "3",
       "0.90308998699194342751894737375550903379917144775390625"},
      {"i1", '*', "0.1", "0.1"},
      {"4.35", '*', "100", "435"},
      {"d9007199254740992", '+', "1", "9007199254740993"},
      {"d9007199254740992", '+', "d1", "9007199254740992"},
      {"d9007199254740992", '*', "3", "27021597764222976"},
      {"d1152921504606846976", '*', "1", "1152921504606846976"},
      {"d1152921504606846976", '+', "d2", "1152921504606847000"},
      {"d1152921504606846976", '-', "d1152921504606846976", "0"},
      {"9223372036854775807", '+', "1", "9223372036854775808"},
      {"i1", '+', "i9223372036854775807", "9223372036854775808"},
      {"9223372036854775807", '*', "9223372036854775807", "85070591730234615847396907784232501249"},
      {"i9223372036854775807", '*', "i9223372036854775807", "85070591730234615847396907784232501249"},
      {"-9223372036854775808", '/', "-1", "9223372036854775808"},
      {"10", '/', "4", "2.5"},
      {"0", '*', "-1", "-0"},
      {"-1", '*', "0", "-0"},
      {"0", '*', "0.5", "0"},
      {"0.5", '-', "0.5", "0"},
      {"-0.5", '+', "0.5", "0"},
      {"1", '/', "0", "+Inf"},
      {"-1", '/', "0", "-Inf"},
      {"0", '/', "0", "error"},
      {"-5", '%', "3", "-2"},
      {"5", '%', "-3", "2"},
      {"5.5", '%', "2", "1.5"},
      {"7.5", '%', "-2", "1.5"},
      {"5", '%', "0", "5"},
      {"5", '%', "Inf", "error"},
      {"-0", '%', "3", "-0"},
      {"-6", '%', "3", "0"},
      {"0", '%', "-3", "0"},
      {"1e100", '%', "7", "4"},
      {"1e30", '%', "3", "1"},
      {"123456789012345678901234567890", '%', "97", "52"},
  };
  for (const auto& fact : kFacts) {
    EXPECT_EQ(Compute(fact.a, fact.operation, fact.b), fact.answer)
        << fact.a << ' ' << fact.operation << ' ' << fact.b;
  }
}

TEST(Number, ReadsAndWritesAsThePeer) {
  const struct {
    std::string_view text, answer;
  } kFacts[] = {
      {"0", "0"},
      {"-0", "-0"},
      {"-0.0e5", "-0"},
      {"007", "7"},
      {"+5", "5"},
      {".5", "0.5"},
      {"1.", "1"},
      {"1.10", "1.1"},
      {"1p10", "1024"},
      {"1p-2", "0.25"},
      {"Inf", "+Inf"},
      {"-inf", "-Inf"},
      {"1.5e3", "1500"},
      {"1E5", "100000"},
      {"1e-7", "0.0000001"},
      {"1e21", "1000000000000000000000"},
      {"123456789.123456789e5", "12345678912345.6789"},
      {"9007199254740993.5", "9007199254740993.5"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"0e99999999999999999999", "0"},
      // 512 bits hold 154 digits.
      {"123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
       "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890",
       "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
       "123456789012345678901234567890123456789012345678901234567890123450000000000000000000000000"},
  };
  for (const auto& fact : kFacts) EXPECT_EQ(Make(fact.text).ToString(), fact.answer) << fact.text;
  for (const std::string_view bad : {"", "-", ".", "1e", "1e+", " 1", "1 ", "0x10", "1_000", "--1", "1.2.3",
                                     "e5", "infinity", "nan", "1e5.5"}) {
    EXPECT_FALSE(Number::Parse(bad)) << bad;
  }
}

TEST(Number, WritesHugeAndTinyNumbersInFull) {
  EXPECT_EQ(Make("1e400").ToString(), "1" + std::string(400, '0'));
  EXPECT_EQ(Make("1e-400").ToString(), "0." + std::string(399, '0') + "1");
  EXPECT_EQ(Make("-1e19728").ToString(), "-1" + std::string(19728, '0'));
}

TEST(Number, RefusesAnExponentOutOfRange) {
  for (const std::string_view text :
       {"1e20000", "1e-20000", "1e99999999999999999999", "1p70000", "1e65537"}) {
    const auto number = Number::Parse(text);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error().code, ErrorCode::kOverloaded) << text;
  }
}

TEST(Number, BecomesInfiniteOrZeroOutOfRange) {
  const Number huge = Make("1e19000"), tiny = Make("-1e-19000");
  EXPECT_EQ((huge * huge).ToString(), "+Inf");
  EXPECT_EQ((huge * huge * tiny).ToString(), "-Inf");
  EXPECT_EQ((tiny * Make("1e-19000")).ToString(), "-0");
}

TEST(Number, EqualsByTextWhereThereIsAFraction) {
  EXPECT_EQ(Make("d0.1"), Make("0.1"));
  EXPECT_NE(Compare(Make("d0.1"), Make("0.1")), 0);
  EXPECT_EQ(Make("-0"), Make("0"));
  EXPECT_EQ(Compare(Make("-0"), Make("0")), 0);
  EXPECT_NE(*Number::Divide(Make("i3"), Make("i7")), *Number::Divide(Make("3"), Make("7")));
  EXPECT_EQ(Make("d1e300"), Make("d1e300"));
  EXPECT_NE(Make("Inf"), Make("-Inf"));
  EXPECT_LT(Make("-Inf"), Make("-1e19000"));
}

TEST(Number, FloorAndCeilHaveNoNegativeZero) {
  EXPECT_EQ(Make("-0.5").Ceil().ToString(), "0");
  EXPECT_EQ(Make("-0").Floor().ToString(), "0");
  EXPECT_EQ(Make("-0.5").Floor().ToString(), "-1");
  EXPECT_EQ(Make("0.5").Ceil().ToString(), "1");
  EXPECT_EQ(Make("1e30").Ceil().ToString(), "1" + std::string(30, '0'));
  EXPECT_EQ(Make("-Inf").Floor().ToString(), "-Inf");
}

TEST(Number, ReadsWholeNumbersInAnyBase) {
  const auto read = [](std::string_view text, int base) {
    const auto number = Number::ParseWhole(text, base);
    return number ? number->ToString() : "error";
  };
  EXPECT_EQ(read("zz", 36), "1295");
  EXPECT_EQ(read("zZ", 62), "2231");
  EXPECT_EQ(read("-101", 2), "-5");
  EXPECT_EQ(read("+7f", 16), "127");
  const std::string long_text(200, '7');
  EXPECT_EQ(read(long_text, 10), long_text);
  for (const std::string_view bad : {"", "-", "12", "1 1", "--1", "+-1", "1.0"})
    EXPECT_EQ(read(bad, 2), "error");
}

TEST(Number, HashTextHasTenDigits) {
  const struct {
    std::string_view text, answer;
  } kFacts[] = {
      {"443", "443"},
      {"0", "0"},
      {"-0", "-0"},
      {"9999999999", "9999999999"},
      {"10000000000", "1e+10"},
      {"123456789012", "1.23456789e+11"},
      {"0.5", "0.5"},
      {"0.00001234", "1.234e-05"},
      {"0.0001", "0.0001"},
      {"-1e300", "-1e+300"},
      {"12345.678901234", "12345.6789"},
  };
  for (const auto& fact : kFacts) EXPECT_EQ(Make(fact.text).ToHashText(), fact.answer) << fact.text;
  EXPECT_EQ(Number::Divide(Make("1"), Make("3"))->ToHashText(), "0.3333333333");
}

TEST(Number, KnowsWholeNumbersAndDoubles) {
  EXPECT_EQ(Make("1e3").AsInt64(), 1000);
  EXPECT_EQ(Make("-0").AsInt64(), 0);
  EXPECT_EQ(Make("9223372036854775808").AsInt64(), std::nullopt);
  EXPECT_EQ(Make("0.5").AsInt64(), std::nullopt);
  EXPECT_TRUE(Make("1e100").IsWhole());
  EXPECT_FALSE(Make("0.5").IsWhole());
  EXPECT_EQ(Make("0.1").AsDouble(), 0.1);
  EXPECT_TRUE(std::signbit(Number(-0.0).AsDouble()));
  EXPECT_EQ(Number(std::numeric_limits<double>::denorm_min()).AsDouble(), 5e-324);
}

// The path for small numbers gives what MPFR gives: the same sums by way of a fraction.
TEST(Number, SmallNumbersComputeAsLargeOnes) {
  std::mt19937_64 random(4);
  const Number half = Make("0.5");
  for (int i = 0; i < 20'000; ++i) {
    const int shift_a = int(random() % 64), shift_b = int(random() % 64);
    const Number a(int64_t(random()) >> shift_a), b(int64_t(random()) >> shift_b);
    const Number large_a = a + half, large_b = b + half;  // no machine integer holds them
    EXPECT_EQ((a + b).ToString(), (large_a + large_b - Make("1")).ToString());
    EXPECT_EQ((a - b).ToString(), (large_a - large_b).ToString());
    const Number product = large_a * large_b - a * half - b * half - half * half;
    EXPECT_EQ(a * b, product);
    EXPECT_EQ(Compare(a, b), Compare(large_a, large_b));
  }
}

// Answers of the peer; the first ones have more digits than they need, or others.
TEST(Number, WritesDoublesAsThePeer) {
  const struct {
    double value;
    std::string_view answer;
  } kFacts[] = {
      {0x1.db9c4d093ee27p+58, "535489874476370360"},
      {0x1.208976523bf99p+58, "324863738285909560"},
      {0x1.1c4f8e3d56e18p+61, "2560843703004180500"},
      {0x1.236eb091132d9p+61, "2624989531201712600"},
      {0x1.9ac27c66c78b5p+61, "3699794560238578000"},
      {0x1.027c4d30e1aefp+58, "291028859863088060"},
      {0x1.e2feb890530d1p+58, "543804029693342800"},
      {0x1.859cde8bf6a6bp+61, "3509319858730096000"},
      {0x1.e3944187311d9p+60, "2177846766610798800"},
      {0x1.84b9da5a6ceccp+60, "1750666214957304800"},
      {0x1.adfcc9793d38cp+59, "968245658092422700"},
      {0x1.f390b2018072fp+60, "2249841721318256400"},
      {0x1.c960d9c83a0e4p+61, "4119697690885998600"},
      {0x1.8f2a0a3d5f4b4p+60, "1797675826803946500"},
      {0x1.37021ceb764e9p+61, "2801313311672095000"},
      {0x1.05eadd79ff1d8p-27, "0.00000000762280082458"},
      {0x1.6444349c81394p-1, "0.6958328667684435"},
      {0x1.278af4c2a74c7p-4, "0.07215400323407826"},
      {0x1.8cb76305fa05fp-18, "0.00000591153435001304"},
      {0x1.35ba65cf9d2ecp-27, "0.00000000901427457611"},
      {0x1.eade5047c94f7p-33, "0.00000000022322111021"},
      {0x1.0000000000000p+62, "4611686018427388000"},
      {0x1.0000000000000p+70, "1180591620717411300000"},
      {0x1.0000000000000p-30, "0.0000000009313225746154785"},
      {0x1.0000000000000p+100, "1267650600228229400000000000000"},
      {0x1.0000000000000p+63, "9223372036854776000"},
      {0x1.0000000000000p-50, "0.0000000000000008881784197001252"},
      {0x1.0000000000000p+59, "576460752303423500"},
      {0x1.0000000000000p+57, "144115188075855870"},
      {0x1.0000000000000p+54, "18014398509481984"},
      {0x1.0000000000000p-60, "0.0000000000000000008673617379884035"},
  };
  for (const auto& fact : kFacts) EXPECT_EQ(Number(fact.value).ToString(), fact.answer);
}

TEST(Number, ReadsBackWhatItWrites) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 5'000; ++i) {
    const Number number = Make(std::to_string(random())) * Number(std::ldexp(1, int(random() % 600) - 300));
    const Number quotient = *Number::Divide(number, Make(std::to_string(random() | 1)));
    const Number back = Make(quotient.ToString());
    EXPECT_EQ(back, quotient);
    EXPECT_EQ(Compare(back, quotient), 0);
    const double value = number.AsDouble();
    EXPECT_EQ(Make(Number(value).ToString()).AsDouble(), value);
  }
}

}  // namespace
}  // namespace cairn::hcl
