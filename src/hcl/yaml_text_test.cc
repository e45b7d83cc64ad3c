#include "hcl/yaml_text.h"

#include <gtest/gtest.h>

#include <string>

// What texts mean, and what is said of those that mean nothing, is compared with terraform
// (console_corpus_test.cc).
namespace cairn::hcl {
namespace {

// `depth` lists, each of which holds the one before it ten times.
std::string Bomb(int depth) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < depth; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) text += ", " + before;
    text += "]\n";
  }
  return text;
}

TEST(YamlText, CountsWhatAliasesRepeat) {
  EXPECT_TRUE(FromYamlText(Bomb(4)));
  const auto value = FromYamlText(Bomb(30));
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::kOverloaded);
}

TEST(YamlText, BoundsDepthAlsoOfAliases) {
  const std::string deep = std::string(600, '[') + std::string(600, ']');
  EXPECT_EQ(FromYamlText(deep).error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(FromYamlText(std::string(400, '[') + std::string(400, ']')));
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 600; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_EQ(FromYamlText(chain).error().code, ErrorCode::kOverloaded);
}

TEST(YamlText, BoundsBytes) {
  EXPECT_EQ(FromYamlText("a: 1", {.bytes_max = 3}).error().code, ErrorCode::kOverloaded);
}

TEST(YamlText, ReadsWhatItWrites) {
  const Value value = Value::Object({{"text", Value::String(" a\n\nb \n")},
                                     {"empty", Value::String("")},
                                     {"", Value::Tuple({Value(), Value::Bool(true), Value::Object({})})},
                                     {"number", Value::Number(*Number::Parse("-1234567890.0123456789"))}});
  const auto text = ToYamlText(value);
  ASSERT_TRUE(text);
  const auto again = FromYamlText(*text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(*again == value) << *text;
}

TEST(YamlText, DoesNotWriteWhatIsUnknown) {
  EXPECT_FALSE(ToYamlText(Value::Tuple({Value::Unknown(Type::String())})));
}

}  // namespace
}  // namespace cairn::hcl
