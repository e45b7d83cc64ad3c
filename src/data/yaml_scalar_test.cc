#include "data/yaml_scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "data/yaml.h"

namespace cairn::data {
namespace {

struct Case {
  std::string_view text;
  std::string_view json;
};

// The answers of sigs.k8s.io/yaml v1.4.0 for "a: TEXT".
constexpr Case kKubernetesAnswers[] = {
    {"0", "0"},
    {"-0", "0"},
    {"+0", "0"},
    {"00", "0"},
    {"007", "7"},
    {"08", "8"},
    {"0644", "420"},
    {"0o644", "420"},
    {"0O17", "15"},
    {"0o8", "\"0o8\""},
    {"0x1f", "31"},
    {"0X1F", "31"},
    {"-0x1f", "-31"},
    {"+0x1F", "31"},
    {"0x", "\"0x\""},
    {"0b11", "3"},
    {"0B11", "3"},
    {"-0b11", "-3"},
    {"0b2", "\"0b2\""},
    {"1_000", "1000"},
    {"_1", "\"_1\""},
    {"1__0", "10"},
    {"1_", "1"},
    {"+1", "1"},
    {"-1", "-1"},
    {"+-1", "\"+-1\""},
    {"1.5", "1.5"},
    {"1.", "1"},
    {".5", "0.5"},
    {".", "\".\""},
    {"-.5", "-0.5"},
    {"+.5", "0.5"},
    {"+.5e1", "5"},
    {"1e3", "1000"},
    {"1E3", "1000"},
    {"1e+3", "1000"},
    {"1e-3", "0.001"},
    {"1e400", "\"1e400\""},
    {"-1e400", "\"-1e400\""},
    {"1e-400", "0"},
    {"1.0", "1"},
    {"3.0", "3"},
    {"-3.0", "-3"},
    {"1e18", "1000000000000000000"},
    {"9223372036854775807", "9223372036854775807"},
    {"9223372036854775808", "9223372036854775808"},
    {"18446744073709551615", "18446744073709551615"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"123456789012345678901234567890", "1.2345678901234568e+29"},
    {"0xffffffffffffffff", "18446744073709551615"},
    {"0x8000000000000000", "9223372036854775808"},
    {"-0x8000000000000000", "-9223372036854775808"},
    {".Nan", "\".Nan\""},
    {"true", "true"},
    {"True", "true"},
    {"TRUE", "true"},
    {"tRUE", "\"tRUE\""},
    {"yes", "true"},
    {"Yes", "true"},
    {"YES", "true"},
    {"on", "true"},
    {"On", "true"},
    {"ON", "true"},
    {"off", "false"},
    {"Off", "false"},
    {"OFF", "false"},
    {"no", "false"},
    {"No", "false"},
    {"NO", "false"},
    {"y", "true"},
    {"Y", "true"},
    {"n", "false"},
    {"N", "false"},
    {"yEs", "\"yEs\""},
    {"null", "null"},
    {"Null", "null"},
    {"NULL", "null"},
    {"nULL", "\"nULL\""},
    {"~", "null"},
    {"~~", "\"~~\""},
    {"2001-01-01", "\"2001-01-01\""},
    {"2001-12-14T21:59:43Z", "\"2001-12-14T21:59:43Z\""},
    {"1:30", "\"1:30\""},
    {"190:20:30", "\"190:20:30\""},
    {"1,000", "\"1,000\""},
    {"0.1", "0.1"},
    {"1e", "\"1e\""},
    {"1e+", "\"1e+\""},
    {"0x1p3", "\"0x1p3\""},
    {"1.2.3", "\"1.2.3\""},
    {"0.0", "0"},
    {".e3", "\".e3\""},
    {"-.", "\"-.\""},
    {"+", "\"+\""},
    {"1_000.5", "1000.5"},
    {"1.5_0", "1.5"},
    {"._5", "\"._5\""},
    {"0_7", "7"},
    {"0x_1f", "31"},
    {"0_", "0"},
    {"01.5", "1.5"},
    {"1e0", "1"},
    {"5e-324", "5e-324"},
    {"1.7976931348623157e308", "1.7976931348623157e+308"},
    {"1.8e308", "\"1.8e308\""},
    {"0.30000000000000004", "0.30000000000000004"},
    {"100000000000000000000000", "1e+23"},
    {"1e21", "1e+21"},
    {"123456789.125", "123456789.125"},
    {"<<a", "\"\\u003c\\u003ca\""},
    {"=", "\"=\""},
    {"0b", "\"0b\""},
    {"0o", "\"0o\""},
};

TEST(YamlScalar, MeansWhatKubernetesReads) {
  for (const auto& [text, expected] : kKubernetesAnswers) {
    EXPECT_EQ(ResolveYamlScalar(text), *ParseJson(expected)) << text;
    EXPECT_EQ(ParseYaml("a: " + std::string(text))->at(0).at("a"), *ParseJson(expected)) << text;
  }
}

// Kubernetes' reader prints these with all digits, and so cannot tell what they were.
TEST(YamlScalar, KeepsLargeNumbersDouble) {
  EXPECT_EQ(ResolveYamlScalar("1e19"), Json(1e19));
  EXPECT_EQ(ResolveYamlScalar("18446744073709551616"), Json(18446744073709551616.0));
  EXPECT_EQ(ResolveYamlScalar("-9223372036854775809"), Json(-9223372036854775808.0));
  EXPECT_EQ(ResolveYamlScalar("+18446744073709551615"), Json(18446744073709551615.0));
  EXPECT_EQ(ResolveYamlScalar("0." + std::string(400, '0') + "1e402"), Json(10));
  EXPECT_EQ(ResolveYamlScalar("1" + std::string(400, '0') + "e-401"), Json(0.1));
  EXPECT_EQ(ResolveYamlScalar("0." + std::string(400, '0') + "1"), Json(0));
  EXPECT_TRUE(ResolveYamlScalar("1" + std::string(400, '0') + ".5").is_string());
}

TEST(YamlScalar, KnowsWhatIsNotFinite) {
  EXPECT_EQ(ResolveYamlScalar(".inf").as_double(), INFINITY);
  EXPECT_EQ(ResolveYamlScalar("+.INF").as_double(), INFINITY);
  EXPECT_EQ(ResolveYamlScalar("-.Inf").as_double(), -INFINITY);
  EXPECT_TRUE(std::isnan(ResolveYamlScalar(".NaN").as_double()));
}

TEST(YamlScalar, TagsSayTheKind) {
  EXPECT_EQ(ResolveYamlScalarAs("str", "1"), Json("1"));
  EXPECT_EQ(ResolveYamlScalarAs("int", "0x1f"), Json(31));
  EXPECT_EQ(ResolveYamlScalarAs("int", "1_000"), Json(1000));
  EXPECT_EQ(ResolveYamlScalarAs("float", "3"), Json(3));
  EXPECT_EQ(ResolveYamlScalarAs("bool", "off"), Json(false));
  EXPECT_EQ(ResolveYamlScalarAs("null", ""), Json(nullptr));
  EXPECT_EQ(ResolveYamlScalarAs("int", "1.0"), std::nullopt);
  EXPECT_EQ(ResolveYamlScalarAs("int", "1e3"), std::nullopt);
  EXPECT_EQ(ResolveYamlScalarAs("int", "x"), std::nullopt);
  EXPECT_EQ(ResolveYamlScalarAs("bool", "1"), std::nullopt);
  EXPECT_EQ(ResolveYamlScalarAs("null", "x"), std::nullopt);
  EXPECT_EQ(ResolveYamlScalarAs("binary", "eA=="), std::nullopt);
}

}  // namespace
}  // namespace cairn::data
