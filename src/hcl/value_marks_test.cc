#include "hcl/value_marks.h"

#include <gtest/gtest.h>

namespace cairn::hcl {
namespace {

const Marks kSensitive = Marks::kSensitive;

Value Sample(Marks name, Marks tag, Marks port) {
  return Value::Object(
      {{"name", Value::String("n").WithMarks(name)},
       {"ports", Value::List(Type::Number(), {Value::Int(1), Value::Int(2).WithMarks(port)})},
       {"set", Value::Set(Type::String(), {Value::String("x")})},
       {"tags", Value::Map(Type::String(), {{"a", Value::String("x").WithMarks(tag)}})}});
}

TEST(ValueMarks, GoBackOnWhereTheyCameFrom) {
  const Value plain = Sample(Marks::kNone, Marks::kNone, Marks::kNone);
  for (int bits = 0; bits < 8; ++bits) {
    const auto mark = [&](int bit) { return bits & bit ? kSensitive : Marks::kNone; };
    const Value marked = Sample(mark(1), mark(2), mark(4));
    const auto paths = MarkedPaths(marked);
    EXPECT_EQ(paths.size(), size_t(__builtin_popcount(unsigned(bits))));
    EXPECT_EQ(WithMarkedPaths(plain, paths), marked);
    EXPECT_EQ(WithMarkedPaths(marked.WithoutMarksWithin(), paths), marked);
  }
}

TEST(ValueMarks, OfTheWholeCoverIt) {
  const Value whole = Sample(kSensitive, Marks::kNone, Marks::kNone).WithMarks(Marks::kEphemeral);
  const auto paths = MarkedPaths(whole);
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_EQ(paths[0].path, ValuePath());
  EXPECT_EQ(WithMarkedPaths(whole.WithoutMarksWithin(), paths), whole);
}

TEST(ValueMarks, EndWhereThePathEnds) {
  const Value plain = Sample(Marks::kNone, Marks::kNone, Marks::kNone);
  const std::vector<MarkedPath> into_set = {
      {{PathStep::Attribute("set"), PathStep::Index(Value::String("x"))}, kSensitive}};
  EXPECT_EQ(WithMarkedPaths(plain, into_set).Find("set")->marks(), kSensitive);
  const std::vector<MarkedPath> nowhere = {
      {{PathStep::Attribute("other")}, kSensitive},
      {{PathStep::Attribute("ports"), PathStep::Index(Value::Int(9))}, kSensitive}};
  EXPECT_EQ(WithMarkedPaths(plain, nowhere), plain);
  const Value null = Value::Object({{"tags", Value::Null(Type::Map(Type::String()))}});
  const std::vector<MarkedPath> into_null = {
      {{PathStep::Attribute("tags"), PathStep::Index(Value::String("a"))}, kSensitive}};
  EXPECT_EQ(WithMarkedPaths(null, into_null).Find("tags")->marks(), kSensitive);
}

TEST(ValueMarks, AnotherValueTakesItsPlace) {
  const Value plain = Sample(Marks::kNone, Marks::kNone, Marks::kNone);
  const ValuePath path = {PathStep::Attribute("ports"), PathStep::Index(Value::Int(0))};
  const Value changed = WithValueAt(plain, path, Value::Int(7));
  EXPECT_EQ(ValueAt(changed, path), Value::Int(7));
  EXPECT_EQ(WithValueAt(changed, path, Value::Int(1)), plain);
  EXPECT_EQ(WithValueAt(plain, {PathStep::Attribute("other")}, Value::Int(1)), plain);
}

}  // namespace
}  // namespace cairn::hcl
