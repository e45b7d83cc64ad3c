#include "hcl/value.h"
#include "data/json.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

Value Text(std::string_view text) {
  return Value::String(text);
}

std::vector<Value> Texts(std::initializer_list<std::string_view> texts) {
  std::vector<Value> out;
  for (const std::string_view text : texts) out.push_back(Text(text));
  return out;
}

TEST(Value, NullIsKnownAndHasAType) {
  const Value null = Value::Null(Type::List(Type::Bool()));
  EXPECT_TRUE(null.IsNull());
  EXPECT_TRUE(null.IsWhollyKnown());
  EXPECT_FALSE(null.HasContent());
  EXPECT_EQ(null.type(), Type::List(Type::Bool()));
  EXPECT_EQ(Value(), Value::Null(Type::Dynamic()));
}

TEST(Value, StringsAreNormalised) {
  EXPECT_EQ(Text("e\u0301").AsString(), "\u00e9");
  EXPECT_EQ(Text("a\xff").AsString(), "a\ufffd");
  EXPECT_EQ(Text("").AsString(), "");
  EXPECT_EQ(Value::Object({{"e\u0301", Text("x")}}).name(0), "\u00e9");
}

TEST(Value, OfSeveralEntriesOfANameTheLastCounts) {
  const Value map =
      Value::Map(Type::Number(), {{"b", Value::Int(1)}, {"a", Value::Int(2)}, {"b", Value::Int(3)}});
  ASSERT_EQ(map.size(), 2u);
  EXPECT_EQ(map.name(0), "a");
  EXPECT_EQ(*map.Find("b"), Value::Int(3));
  EXPECT_EQ(map.Find("c"), nullptr);
  const Value object = Value::Object({{"b", Value::Int(1)}, {"b", Value::Bool(true)}});
  EXPECT_EQ(object.type(), Type::Object({{"b", Type::Bool()}}));
}

TEST(Value, DynamicElementsTakeTheElementType) {
  const Value list = Value::List(Type::String(), {Value::Dynamic(), Value(), Text("x")});
  EXPECT_EQ(list.elements()[0], Value::Unknown(Type::String()));
  EXPECT_EQ(list.elements()[1], Value::Null(Type::String()));
  const Value of = Value::Of(list.type(), {Value().WithMarks(Marks::kSensitive)});
  EXPECT_EQ(of.elements()[0], Value::Null(Type::String()).WithMarks(Marks::kSensitive));
}

TEST(Value, MarksStayWhereTheyAre) {
  const Value inner = Text("x").WithMarks(Marks::kSensitive);
  const Value list = Value::List(Type::String(), {inner, Text("y")}).WithMarks(Marks::kEphemeral);
  EXPECT_EQ(list.marks(), Marks::kEphemeral);
  EXPECT_EQ(list.MarksWithin(), Marks::kEphemeral | Marks::kSensitive);
  EXPECT_EQ(list.WithoutMarks().MarksWithin(), Marks::kSensitive);
  EXPECT_EQ(list.WithoutMarksWithin(), Value::List(Type::String(), Texts({"x", "y"})));
  EXPECT_NE(inner, Text("x"));
  const Value set = Value::Set(Type::String(), {inner, Text("x")});
  EXPECT_EQ(set.marks(), Marks::kSensitive);
  EXPECT_EQ(set.size(), 1u);
  EXPECT_TRUE(set.Contains(inner));
}

TEST(Value, RefinementsThatDecideGiveTheValue) {
  const Number two(int64_t{2});
  EXPECT_EQ(Value::Unknown(Type::Number(), {.not_null = true, .min = two, .max = two}), Value::Int(2));
  EXPECT_FALSE(Value::Unknown(Type::Number(), {.min = two, .max = two}).IsKnown());  // it may be null
  const Refinement empty{.not_null = true, .length_max = 0};
  EXPECT_EQ(Value::Unknown(Type::Set(Type::Bool()), empty), Value::Set(Type::Bool(), {}));
  EXPECT_EQ(Value::Unknown(Type::Map(Type::Bool()), empty), Value::Map(Type::Bool(), {}));
  const Refinement one{.not_null = true, .length_min = 1, .length_max = 1};
  EXPECT_EQ(Value::Unknown(Type::List(Type::Bool()), one),
            Value::List(Type::Bool(), {Value::Unknown(Type::Bool())}));
  EXPECT_FALSE(Value::Unknown(Type::Map(Type::Bool()), one).IsKnown());
  // What does not concern the type says nothing.
  EXPECT_EQ(Value::Unknown(Type::Bool(), {.prefix = "x", .min = two}), Value::Unknown(Type::Bool()));
  EXPECT_EQ(Value::Unknown(Type::Dynamic(), {.not_null = true}), Value::Dynamic());
}

TEST(Value, RefinedNotNullKeepsTheRest) {
  const Value prefixed = Value::Unknown(Type::String(), {.prefix = "a-"}).WithMarks(Marks::kSensitive);
  EXPECT_FALSE(prefixed.IsNeverNull());
  const Value refined = prefixed.RefinedNotNull();
  EXPECT_TRUE(refined.IsNeverNull());
  EXPECT_EQ(refined.refinement(), (Refinement{.not_null = true, .prefix = "a-"}));
  EXPECT_TRUE(refined.Has(Marks::kSensitive));
  EXPECT_EQ(Value().RefinedNotNull(), Value());
  EXPECT_EQ(Value::Dynamic().RefinedNotNull(), Value::Dynamic());
}

// Seen in `terraform console`.
TEST(Value, WeighsItsPartsAsOftenAsTheyOccur) {
  EXPECT_EQ(Value().weight(), 1u);
  EXPECT_EQ(Text("a").weight(), 1u);
  EXPECT_EQ(Text(std::string(320, 'a')).weight(), 11u);
  EXPECT_EQ(Value::List(Type::String(), Texts({"a", "b"})).weight(), 3u);
  EXPECT_EQ(Value::Object({{std::string(64, 'a'), Text("b")}}).weight(), 4u);
  EXPECT_EQ(Value::Map(Type::String(), {{std::string(64, 'a'), Text("b")}}).weight(), 4u);
  // Without content it is the type that has parts.
  const Type pair = Type::Tuple({Type::Bool(), Type::Object({{std::string(64, 'a'), Type::Bool()}})});
  EXPECT_EQ(pair.weight(), 6u);
  EXPECT_EQ(Value::Unknown(pair).weight(), 6u);
  EXPECT_EQ(Value::Null(pair).weight(), 6u);
  EXPECT_EQ(Value::List(pair, {}).weight(), 7u);
  Value doubled;
  for (int i = 0; i < 70; ++i) doubled = Value::Tuple({doubled, doubled});
  EXPECT_EQ(doubled.weight(), UINT64_MAX);
  EXPECT_EQ(doubled.type().weight(), UINT64_MAX);
}

TEST(Value, NumbersWeighAsTheyAreWritten) {
  for (const char* text :
       {"0", "-1", "1e19000", "-1e-19000", "0.1", "1e308", "-Inf", "123456789012345678901.5"}) {
    const Number number = *Number::Parse(text);
    EXPECT_GE(number.TextSizeMax(), number.ToString().size()) << text;
    EXPECT_LE(number.TextSizeMax(), number.ToString().size() * 5 / 4 + 200) << text;
    EXPECT_LE(Value::Number(number).weight(), 1 + number.TextSizeMax() / kWeightBytes) << text;
  }
}

TEST(Value, SetsAreInThePeersOrder) {
  const auto number = [](std::string_view text) { return Value::Number(*Number::Parse(text)); };
  const Value numbers = Value::Set(Type::Number(), {number("443"), number("80"), number("1e30"), number("-1"),
                                                    number("0.5"), number("80.0")});
  const Value sorted =
      Value::List(Type::Number(), {number("-1"), number("0.5"), number("80"), number("443"), number("1e30")});
  EXPECT_TRUE(std::ranges::equal(numbers.elements(), sorted.elements()));

  std::vector<Value> objects;
  for (const int64_t i : {2, 10, 1}) objects.push_back(Value::Object({{"a", Value::Int(i)}}));
  const Value set = Value::Set(objects[0].type(), objects);
  EXPECT_EQ(set.elements()[0], objects[1]);  // by the text "10"
  EXPECT_EQ(set.elements()[1], objects[2]);

  std::vector<Value> tuples;
  for (const auto text : {"a", "a\nb", "b", "z\u200b", "\u00e9"})
    tuples.push_back(Value::Tuple({Text(text)}));
  std::vector<Value> shuffled = {tuples[2], tuples[4], tuples[0], tuples[3], tuples[1]};
  EXPECT_TRUE(std::ranges::equal(Value::Set(tuples[0].type(), shuffled).elements(), tuples));
}

TEST(Value, SetsHaveUnknownAndNullElementsLast) {
  const Value set = Value::Set(Type::String(), {Value(), Value::Dynamic(), Text("b"), Value(), Text("a"),
                                                Value::Unknown(Type::String())});
  ASSERT_EQ(set.size(), 5u);  // one null, but two unknown ones: they may come to differ
  EXPECT_EQ(set.elements()[0], Text("a"));
  EXPECT_FALSE(set.elements()[2].IsKnown());
  EXPECT_FALSE(set.elements()[3].IsKnown());
  EXPECT_TRUE(set.elements()[4].IsNull());
  EXPECT_FALSE(set.IsWhollyKnown());
  EXPECT_TRUE(set.Contains(Text("b")));
  EXPECT_TRUE(set.Contains(Value::Null(Type::String())));
  EXPECT_FALSE(set.Contains(Text("c")));
  EXPECT_FALSE(set.Contains(Value::Unknown(Type::String())));
  EXPECT_FALSE(set.Contains(Value::Int(1)));
}

TEST(Value, SetsTellNumbersApartThatTheirTextDoesNot) {
  const auto tuple = [](std::string_view text) {
    return Value::Tuple({Value::Number(*Number::Parse(text))});
  };
  const Value a = tuple("1.00000000001"), b = tuple("1.00000000002");
  EXPECT_EQ(Value::Set(a.type(), {a, b, a}), Value::Set(a.type(), {b, a, b}));
  EXPECT_EQ(Value::Set(a.type(), {a, b, a}).size(), 2u);
}

// A value of `type`, from few enough that equal ones are met.
Value Random(std::mt19937& random, const Type& type) {
  if (random() % 8 == 0) return Value::Null(type);
  std::vector<Value> elements;
  switch (type.kind()) {
    case TypeKind::kBool:
      return Value::Bool(random() % 2);
    case TypeKind::kNumber:
      return Value::Number(Number(double(random() % 5) / 2));
    case TypeKind::kString:
      return Text(std::string(random() % 3, 'a'));
    case TypeKind::kTuple:
      for (const Type& element : type.elements()) elements.push_back(Random(random, element));
      break;
    case TypeKind::kMap:
      return Value::Map(type.element(), {{random() % 2 ? "a" : "b", Random(random, type.element())}});
    default:
      for (size_t i = random() % 3; i > 0; --i) elements.push_back(Random(random, type.element()));
  }
  return Value::Of(type, std::move(elements));
}

TEST(Value, OrderEqualityAndSetsAgree) {
  std::mt19937 random(1);
  const Type pair = Type::Tuple({Type::Number(), Type::String()});
  for (const Type& type : {Type::Bool(), Type::Number(), Type::String(), pair, Type::List(pair),
                           Type::Set(Type::Number()), Type::Map(Type::List(Type::Bool()))}) {
    for (int i = 0; i < 2'000; ++i) {
      const Value a = Random(random, type), b = Random(random, type), c = Random(random, type);
      const int order = Value::CompareForSet(a, b);
      EXPECT_EQ(order == 0, a == b);
      EXPECT_EQ(order < 0, Value::CompareForSet(b, a) > 0);
      if (order < 0 && Value::CompareForSet(b, c) < 0) {
        EXPECT_LT(Value::CompareForSet(a, c), 0);
      }
      const Value set = Value::Set(type, {a, b, c});
      EXPECT_EQ(set, Value::Set(type, {c, a, b, a}));
      EXPECT_TRUE(set.Contains(b));
      EXPECT_EQ(set.size(), size_t{3} - (a == b) - (a == c || b == c));
    }
  }
}

TEST(Type, ComparesAndNamesByStructure) {
  const Type object = Type::Object({{"b", Type::Bool()}, {"a", Type::List(Type::String())}});
  EXPECT_EQ(object, Type::Object({{"a", Type::List(Type::String())}, {"b", Type::Bool()}}));
  EXPECT_NE(object, Type::Object({{"a", Type::List(Type::String())}}));
  EXPECT_EQ(object.AttributeIndex("b"), 1u);
  EXPECT_EQ(object.AttributeIndex("c"), std::nullopt);
  EXPECT_EQ(Type::Map(Type::Set(Type::Number())).FriendlyName(), "map of set of number");
  EXPECT_EQ(Type::List(Type::Dynamic()).FriendlyName(), "list of dynamic");
  EXPECT_EQ(Type::List(Type::Dynamic()).ConstraintName(), "list of any single type");
  EXPECT_EQ(Type::Dynamic().ConstraintName(), "any type");
  EXPECT_TRUE(Type::Tuple({Type::Bool(), Type::Dynamic()}).HasDynamic());
  EXPECT_FALSE(object.HasDynamic());
}

TEST(Type, WithoutOptionalReachesWithin) {
  const Type constraint = Type::List(Type::Object({{"a", Type::Bool(), true}}));
  EXPECT_TRUE(constraint.HasOptional());
  EXPECT_EQ(constraint.WithoutOptional(), Type::List(Type::Object({{"a", Type::Bool()}})));
  EXPECT_NE(constraint.WithoutOptional(), constraint);
}

TEST(Type, JsonRoundTrips) {
  for (const std::string_view text : {
           R"("string")",
           R"("dynamic")",
           R"(["set","bool"])",
           R"(["map",["list","number"]])",
           R"(["tuple",[]])",
           R"(["tuple",["bool",["object",{}]]])",
           R"(["object",{"a":"string","b":["list","dynamic"]},["b"]])",
       }) {
    const auto type = Type::FromJson(*data::ParseJson(text));
    ASSERT_TRUE(type) << text;
    EXPECT_EQ(data::SerializeJson(type->ToJson()), text);
  }
  for (const std::string_view bad : {"1", R"("text")", "[]", R"(["list"])", R"(["list","x"])",
                                     R"(["list","bool","bool"])", R"(["tuple","bool"])", R"(["object",[]])",
                                     R"(["object",{},["a"]])", R"(["object",{},{}])", R"(["bag","bool"])"}) {
    EXPECT_FALSE(Type::FromJson(*data::ParseJson(bad))) << bad;
  }
}

TEST(SafePrefix, LeavesOffWhatMayStillChange) {
  EXPECT_EQ(SafePrefix("ami-"), "ami-");
  EXPECT_EQ(SafePrefix("ami"), "am");
  EXPECT_EQ(SafePrefix("ab\xC3"), "a");  // a character that is cut off
  EXPECT_EQ(SafePrefix("a:\xE2\x82"), "a:");
  EXPECT_EQ(SafePrefix("ae\xCC\x81"), "a");  // e and its accent are one
  EXPECT_EQ(SafePrefix("x"), "");
  EXPECT_EQ(SafePrefix(""), "");
}

}  // namespace
}  // namespace cairn::hcl
