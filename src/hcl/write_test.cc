// What is written is read again as the same value. Its layout is compared with the peer's in
// tests/infra_corpus/ (provider_functions).

#include "hcl/write.h"

#include <gtest/gtest.h>

#include <memory>

#include "hcl/body.h"
#include "hcl/eval.h"
#include "hcl/parser.h"

namespace cairn::hcl {
namespace {

Value Read(const std::string& text) {
  const ParseResult parsed = ParseExpression(std::make_shared<Source>("test", text));
  EXPECT_FALSE(parsed.diagnostics.has_errors()) << text;
  Diagnostics diagnostics;
  const MapScope scope;
  const Value value = Evaluate(parsed.tree->root(), scope, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << text;
  return value;
}

TEST(Write, IsReadAsTheSameValue) {
  const Value texts =
      Value::Tuple({Value::String(""), Value::String("a\n\t\r\"\\b"), Value::String("${x}%{y}$${"),
                    Value::String("$ % $$ %%"), Value::String("\x01\x7f\u00a0\u2028\U000e0001é日")});
  const Value nested =
      Value::Object({{"a b", Value::Tuple({})},
                     {"if", Value::Object({})},
                     {"", Value()},
                     {"${x}", Value::Bool(false)},
                     {"n", Value::Tuple({Value::Int(-5), Value::Number(*Number::Parse("1e40"))})}});
  const Value all = Value::Tuple({texts, nested, Value::Object({{"deep", Value::Tuple({nested, texts})}})});
  EXPECT_EQ(Read(WriteExpression(all)), all);
  std::string raw;
  AppendExpression(raw, all);
  EXPECT_EQ(Read(raw), all);
}

TEST(Write, CollectionsBecomeTuplesAndObjects) {
  const Value list = Value::List(Type::String(), {Value::String("a")});
  const Value set = Value::Set(Type::Bool(), {Value::Bool(true)});
  EXPECT_EQ(WriteExpression(list), "[\"a\"]");
  EXPECT_EQ(WriteExpression(set.WithMarks(Marks::kSensitive)), "[true]");
  EXPECT_EQ(WriteExpression(Value::Map(Type::String(), {{"k", Value::String("v")}})), "{\n  k = \"v\"\n}");
}

TEST(Write, KeepsWhatItCannotLayOut) {
  EXPECT_EQ(LaidOut("a = = 1\n"), "a = = 1\n");
}

}  // namespace
}  // namespace cairn::hcl
