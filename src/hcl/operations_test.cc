#include "hcl/operations.h"

#include <functional>

#include <gtest/gtest.h>

namespace cairn::hcl {
namespace {

const Value kUnknownText = Value::Unknown(Type::String());
const Value kUnknownNumber = Value::Unknown(Type::Number());
const Value kUnknownBool = Value::UnknownNotNull(Type::Bool());
const Value kYes = Value::Bool(true);
const Value kNo = Value::Bool(false);

Value Text(std::string_view text) {
  return Value::String(text);
}
Value Int(int64_t value) {
  return Value::Int(value);
}
Value Prefixed(std::string prefix) {
  return Value::Unknown(Type::String(), {.not_null = true, .prefix = std::move(prefix)});
}
Value Between(int64_t min, int64_t max) {
  return Value::Unknown(Type::Number(), {.not_null = true, .min = Number(min), .max = Number(max)});
}
Value Texts(std::vector<Value> elements) {
  return Value::List(Type::String(), std::move(elements));
}

// Answers of `terraform console`, unknown values being attributes of a resource that is still to be created.
TEST(Equal, AnswersAsThePeer) {
  const Value null;
  const struct {
    Value a, b, answer;
  } kFacts[] = {
      {Int(1), Value::Number(*Number::Parse("1.0")), kYes},
      {Int(1), Text("1"), kNo},
      {Value::Tuple({}), Texts({}), kNo},
      {Value::Object({{"a", Int(1)}}), Value::Map(Type::Number(), {{"a", Int(1)}}), kNo},
      {Value::Object({}), Value::Object({}), kYes},
      {null, null, kYes},
      {null, Int(1), kNo},
      {Value::Null(Type::String()), Value::Null(Type::Number()), kYes},
      {Value::Dynamic(), null, kUnknownBool},
      {Value::Dynamic(), Text("x"), kUnknownBool},
      {kUnknownText, Int(1), kNo},
      {kUnknownText, kUnknownText, kUnknownBool},
      {Prefixed("a-"), Text("b"), kNo},
      {Prefixed("a-"), Text("a-x"), kUnknownBool},
      {Prefixed("a-"), null, kNo},
      {Prefixed("a-"), Int(5), kNo},
      {Between(1, 2), Int(3), kNo},
      {Between(1, 2), Int(2), kUnknownBool},
      {Value::Tuple({Value::Dynamic()}), Value::Tuple({Text("x")}), kUnknownBool},
      {Value::Tuple({Value::Dynamic()}), Value::Tuple({Text("x"), Text("y")}), kNo},
      {Value::Tuple({Int(1), Value::Dynamic()}), Value::Tuple({Int(2), Value::Dynamic()}), kUnknownBool},
      {Value::Object({{"a", Value::Dynamic()}}), Value::Object({{"b", Int(1)}}), kNo},
      {Texts({kUnknownText, Text("a")}), Texts({kUnknownText, Text("b")}), kUnknownBool},
      {Texts({Text("a"), kUnknownText}), Texts({Text("b"), kUnknownText}), kNo},
      {Texts({Text("a")}), Texts({}), kNo},
      {Value::Set(Type::String(), {kUnknownText}), Value::Set(Type::String(), {Text("a")}), kUnknownBool},
      {Value::Unknown(Type::List(Type::String()), {.not_null = true, .length_min = 2}), Texts({Text("a")}),
       kNo},
      {Value::Map(Type::String(), {{"a", kUnknownText}}), Value::Map(Type::String(), {{"b", Text("x")}}),
       kNo},
  };
  for (size_t i = 0; i < std::size(kFacts); ++i) {
    EXPECT_EQ(Equal(kFacts[i].a, kFacts[i].b), kFacts[i].answer) << i;
    EXPECT_EQ(Equal(kFacts[i].b, kFacts[i].a), kFacts[i].answer) << i;
    EXPECT_EQ(NotEqual(kFacts[i].a, kFacts[i].b), Not(kFacts[i].answer)) << i;
  }
}

TEST(Equal, MarksWithinGoToTheAnswer) {
  const Value secret = Texts({Text("x").WithMarks(Marks::kSensitive)}).WithMarks(Marks::kEphemeral);
  const Marks both = Marks::kSensitive | Marks::kEphemeral;
  EXPECT_EQ(Equal(secret, Texts({Text("x")})), kYes.WithMarks(both));
  EXPECT_EQ(NotEqual(Value(), secret), kYes.WithMarks(both));
}

TEST(Comparisons, BoundsDecideWhereTheyCan) {
  EXPECT_EQ(LessThan(Int(1), Int(2)), kYes);
  EXPECT_EQ(LessThanOrEqual(Int(2), Int(2)), kYes);
  EXPECT_EQ(GreaterThan(Int(2), Int(2)), kNo);
  EXPECT_EQ(GreaterThanOrEqual(Int(2), Int(3)), kNo);
  EXPECT_EQ(LessThan(kUnknownNumber, Int(1)), kUnknownBool);
  // Seen with length(toset([local.unknown, "b"])), which is 1 or 2.
  const Value length = Between(1, 2);
  EXPECT_EQ(GreaterThan(length, Int(0)), kYes);
  EXPECT_EQ(GreaterThanOrEqual(length, Int(1)), kUnknownBool);
  EXPECT_EQ(LessThan(length, Int(1)), kUnknownBool);
  EXPECT_EQ(GreaterThan(length, Int(2)), kUnknownBool);
  EXPECT_EQ(GreaterThan(length, Int(3)), kNo);
  EXPECT_EQ(LessThanOrEqual(length, Int(0)), kNo);
  EXPECT_EQ(LessThan(Int(1).WithMarks(Marks::kSensitive), Int(2)), kYes.WithMarks(Marks::kSensitive));
}

TEST(Arithmetic, ObjectsInThePeersWords) {
  const Value zero = Int(0), infinite = *Divide(Int(1), zero), minus = Negate(infinite);
  const auto objection = [](const Result<Value>& result) { return result ? "none" : result.error().message; };
  EXPECT_EQ(objection(Add(infinite, minus)), "can't compute sum of opposing infinities");
  EXPECT_EQ(objection(Subtract(infinite, infinite)), "can't subtract infinity from itself");
  EXPECT_EQ(objection(Multiply(zero, infinite)), "can't multiply zero by infinity");
  EXPECT_EQ(objection(Multiply(minus, zero)), "can't multiply zero by infinity");
  EXPECT_EQ(objection(Divide(zero, zero)), "can't divide zero by zero or infinity by infinity");
  EXPECT_EQ(objection(Modulo(Int(5), infinite)), "can't use modulo with zero and infinity");
  EXPECT_EQ(objection(Add(infinite, infinite)), "none");
  EXPECT_EQ(objection(Subtract(infinite, minus)), "none");
  EXPECT_EQ(*Modulo(Int(-5), Int(3)), Int(-2));
  EXPECT_EQ(*Subtract(Int(5), Int(3)), Int(2));
}

TEST(Arithmetic, PassesOnMarksAndDoubt) {
  const Value secret = Int(2).WithMarks(Marks::kSensitive);
  const Value doubt = Value::UnknownNotNull(Type::Number());
  for (const auto& operation : {Add, Subtract, Multiply, Divide, Modulo}) {
    EXPECT_EQ(*operation(secret, kUnknownNumber), doubt.WithMarks(Marks::kSensitive));
    EXPECT_EQ(*operation(Value::Dynamic(), Int(1)), doubt);
    EXPECT_TRUE(operation(secret, Int(1))->Has(Marks::kSensitive));
  }
  EXPECT_EQ(Negate(secret), Int(-2).WithMarks(Marks::kSensitive));
  EXPECT_EQ(Negate(kUnknownNumber), doubt);
}

// The peer's && and || do not look at one operand alone before 1.12.
TEST(Logic, IsUnknownIfOneOperandIs) {
  EXPECT_EQ(And(kYes, kYes), kYes);
  EXPECT_EQ(And(kNo, kYes), kNo);
  EXPECT_EQ(Or(kNo, kYes), kYes);
  EXPECT_EQ(Or(kNo, kNo), kNo);
  EXPECT_EQ(And(kNo, kUnknownBool), kUnknownBool);
  EXPECT_EQ(Or(Value::Dynamic(), kYes), kUnknownBool);
  EXPECT_EQ(Not(kNo), kYes);
  EXPECT_EQ(Not(kUnknownBool.WithMarks(Marks::kSensitive)), kUnknownBool.WithMarks(Marks::kSensitive));
}

TEST(Length, IsWhatTheElementsMayComeTo) {
  const Value mixed = Value::Set(Type::String(), {kUnknownText, Text("b")});
  EXPECT_EQ(Length(mixed), Between(1, 2));
  EXPECT_EQ(Length(Value::Set(Type::String(), {kUnknownText})), Int(1));
  EXPECT_EQ(Length(Texts({kUnknownText, Text("b")}).WithMarks(Marks::kSensitive)),
            Int(2).WithMarks(Marks::kSensitive));
  EXPECT_EQ(Length(Value::Unknown(Type::Tuple({Type::Bool()}))), Int(1));
  EXPECT_EQ(Length(Value::Unknown(Type::Object({{"a", Type::Bool()}}))), Int(1));
  EXPECT_EQ(Length(Value::Unknown(Type::Map(Type::Bool()), {.length_min = 1, .length_max = 3})),
            Between(1, 3));
  EXPECT_EQ(Length(Value::Dynamic()).refinement().min, Number(int64_t{0}));
}

TEST(Conforms, DynamicPartsTakeAnything) {
  const Type any = Type::Dynamic();
  EXPECT_TRUE(Conforms(Type::Bool(), any));
  EXPECT_FALSE(Conforms(any, Type::Bool()));
  EXPECT_TRUE(Conforms(Type::List(Type::Bool()), Type::List(any)));
  EXPECT_FALSE(Conforms(Type::Set(Type::Bool()), Type::List(any)));
  EXPECT_TRUE(Conforms(Type::Object({{"a", Type::Bool()}}), Type::Object({{"a", any}})));
  EXPECT_FALSE(Conforms(Type::Object({{"b", Type::Bool()}}), Type::Object({{"a", any}})));
  EXPECT_FALSE(Conforms(Type::Tuple({any, any}), Type::Tuple({any})));
}

}  // namespace
}  // namespace cairn::hcl
