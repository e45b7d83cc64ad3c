#include "hcl/value_path.h"

#include <gtest/gtest.h>

namespace cairn::hcl {
namespace {

Value Rules() {
  const Value rule = Value::Object(
      {{"port", Value::Int(80)}, {"tags", Value::Map(Type::String(), {{"a", Value::String("x")}})}});
  return Value::Object(
      {{"rules", Value::Tuple({rule})}, {"names", Value::Set(Type::String(), {Value::String("n")})}});
}

TEST(ValuePath, LeadsToWhatIsThere) {
  const ValuePath port = {PathStep::Attribute("rules"), PathStep::Index(Value::Int(0)),
                          PathStep::Attribute("port")};
  EXPECT_EQ(ValueAt(Rules(), port), Value::Int(80));
  EXPECT_EQ(ToString(port), ".rules[0].port");
  const ValuePath tag = {PathStep::Attribute("rules"), PathStep::Index(Value::Int(0)),
                         PathStep::Attribute("tags"), PathStep::Index(Value::String("a"))};
  EXPECT_EQ(ValueAt(Rules(), tag), Value::String("x"));
  EXPECT_EQ(ToString(tag), ".rules[0].tags[\"a\"]");
  const ValuePath element = {PathStep::Attribute("names"), PathStep::Index(Value::String("n"))};
  EXPECT_EQ(ValueAt(Rules(), element), Value::String("n"));
  EXPECT_EQ(ValueAt(Rules(), {}), Rules());
}

TEST(ValuePath, IsNullWhereNothingIs) {
  EXPECT_EQ(ValueAt(Rules(), {PathStep::Attribute("other")}), Value());
  EXPECT_EQ(ValueAt(Rules(), {PathStep::Attribute("rules"), PathStep::Index(Value::Int(1))}), Value());
  EXPECT_EQ(ValueAt(Rules(), {PathStep::Attribute("rules"), PathStep::Index(Value::Int(-1))}), Value());
  EXPECT_EQ(ValueAt(Rules(), {PathStep::Attribute("names"), PathStep::Index(Value::String("other"))}),
            Value());
  EXPECT_EQ(ValueAt(Value::Null(Type::Map(Type::String())), {PathStep::Index(Value::String("a"))}), Value());
}

TEST(ValuePath, IsUnknownBehindWhatIsUnknownAndKeepsMarks) {
  EXPECT_EQ(ValueAt(Value::Unknown(Type::Map(Type::String())), {PathStep::Index(Value::String("a"))}),
            Value::Dynamic());
  const Value marked = Value::Object({{"a", Value::Int(1)}}).WithMarks(Marks::kSensitive);
  EXPECT_EQ(ValueAt(marked, {PathStep::Attribute("a")}), Value::Int(1).WithMarks(Marks::kSensitive));
}

}  // namespace
}  // namespace cairn::hcl
