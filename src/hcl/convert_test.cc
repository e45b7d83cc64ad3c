#include "hcl/convert.h"
#include "data/json.h"

#include <random>
#include <span>

#include <gtest/gtest.h>

#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

Type TypeOf(std::string_view json) {
  return *Type::FromJson(*data::ParseJson(json));
}

std::string TextOf(const Type& type) {
  return data::SerializeJson(type.ToJson());
}

Value Make(std::string_view json) {
  return *FromJsonText(json);
}

// The value and, where `type` does not say it, its type.
std::string ConvertText(const Value& value, const Type& type) {
  const auto converted = Convert(value, type);
  if (!converted) return "error: " + converted.error().Text();
  std::string text = *ToJsonText(*converted);
  if (!(converted->type() == type.WithoutOptional())) text += " " + TextOf(converted->type());
  return text;
}

struct Fact {
  std::string_view type, value, answer;
};

void Check(std::span<const Fact> facts) {
  for (const Fact& fact : facts) {
    EXPECT_EQ(ConvertText(Make(fact.value), TypeOf(fact.type)), fact.answer)
        << fact.type << " " << fact.value;
  }
}

// Answers of the peer to variables of that type and default.
TEST(Convert, MakesCollectionsAsThePeer) {
  const Fact kFacts[] = {
      {R"(["list","number"])", R"(["a"])", "error: [0]: a number is required"},
      {R"(["list","number"])", R"([[]])", "error: element 0: number required"},
      {R"(["list","number"])", R"([1,true])", "error: element 1: number required"},
      {R"(["list","string"])", R"({})", "error: list of string required"},
      {R"(["list","string"])", R"("a")", "error: list of string required"},
      {R"(["list","string"])", R"([1,[2]])", "error: element 1: string required"},
      {R"(["map","string"])", R"([])", "error: map of string required"},
      {R"(["map","string"])", R"({"a":[]})", R"(error: element "a": string required)"},
      {R"(["map","number"])", R"({"a":"x"})", R"(error: ["a"]: a number is required)"},
      {R"(["set","string"])", R"({"a":1})", "error: set of string required"},
      {R"(["set","dynamic"])", R"([1,[]])", "error: all set elements must have the same type"},
      {R"(["list","dynamic"])", R"([1,[]])", "error: all list elements must have the same type"},
      {R"(["list","dynamic"])", R"([1,"a"])", R"(["1","a"] ["list","string"])"},
      {R"(["list","dynamic"])", R"([{"a":1},{"b":2}])", R"([{"a":1},{"b":2}] ["list",["map","number"]])"},
      {R"(["list","dynamic"])", R"([])", "[]"},
      {R"(["list","dynamic"])", R"([null,1])", R"([null,1] ["list","number"])"},
      {R"(["list","dynamic"])", R"([null,null])", "[null,null]"},
      {R"(["list","dynamic"])", R"([{"a":1},{"a":"x"}])",
       R"([{"a":"1"},{"a":"x"}] ["list",["object",{"a":"string"}]])"},
      {R"(["list","dynamic"])", R"([[1],["a","b"]])", R"([["1"],["a","b"]] ["list",["list","string"]])"},
      {R"(["map","dynamic"])", R"({"a":1,"b":[]})", "error: all map elements must have the same type"},
      {R"(["map","dynamic"])", R"({"a":1,"b":"x","c":true})",
       R"({"a":"1","b":"x","c":"true"} ["map","string"])"},
      {R"(["map","dynamic"])", R"({"a":{"x":1},"b":{"y":2}})",
       R"({"a":{"x":1},"b":{"y":2}} ["map",["map","number"]])"},
      {R"(["map","dynamic"])", R"({"a":{"x":1},"b":{"y":[]}})",
       "error: all map elements must have the same type"},
  };
  Check(kFacts);
}

TEST(Convert, MakesStructuresAndPrimitivesAsThePeer) {
  const Fact kFacts[] = {
      {R"(["object",{"a":"string"}])", "{}", R"(error: attribute "a" is required)"},
      {R"(["object",{"a":"string","b":"string"}])", "{}", R"(error: attributes "a" and "b" are required)"},
      {R"(["object",{"a":"string","b":"string","c":"number"}])", "{}",
       R"(error: attributes "a", "b", and "c" are required)"},
      {R"(["object",{"a":"string"}])", R"({"a":[]})", R"(error: attribute "a": string required)"},
      {R"(["object",{"a":"number"}])", R"({"a":"x"})", "error: .a: a number is required"},
      {R"(["object",{"a":"number"}])", R"({"a":"5","b":3})", R"({"a":5})"},
      {R"(["object",{"a":"number"}])", "[]", "error: object required"},
      {R"(["object",{"a":["object",{"b":"number"}]}])", R"({"a":{"b":"x"}})",
       "error: .a.b: a number is required"},
      {R"(["object",{"a":["list",["object",{"b":"number"}]]}])", R"({"a":[{"b":"x"}]})",
       "error: .a[0].b: a number is required"},
      {R"(["object",{"a":["list",["object",{"b":"number"}]]}])", R"({"a":[{"c":"x"}]})",
       R"(error: attribute "a": element 0: attribute "b" is required)"},
      {R"(["object",{"a":"dynamic"}])", R"({"a":[1,"b"]})",
       R"({"a":[1,"b"]} ["object",{"a":["tuple",["number","string"]]}])"},
      {R"(["object",{"a":"dynamic","b":"dynamic"}])", R"({"a":1})", R"(error: attribute "b" is required)"},
      {R"(["tuple",["string","number"]])", R"(["a"])", "error: tuple required"},
      {R"(["tuple",["string","number"]])", R"(["a","b"])", "error: [1]: a number is required"},
      {R"(["tuple",["string","number"]])", R"([1,"2"])", R"(["1",2])"},
      {R"(["tuple",["string","number"]])", "{}", "error: tuple required"},
      {R"(["list",["tuple",["string"]]])", "[[1],[2,3]]", "error: element 1: tuple required"},
      {R"("string")", "[]", "error: string required"},
      {R"("number")", "true", "error: number required"},
      {R"("number")", R"("x")", "error: a number is required"},
      {R"("bool")", "1", "error: bool required"},
      {R"("bool")", R"("True")",
       R"(error: a bool is required; to convert from string, use lowercase "true")"},
      {R"("bool")", R"("FALSE")",
       R"(error: a bool is required; to convert from string, use lowercase "false")"},
      {R"("bool")", R"("x")", "error: a bool is required"},
      {R"("bool")", R"("1")", "true"},
      {R"("bool")", R"("0")", "false"},
      {R"("string")", "1.50", R"("1.5")"},
      {R"("string")", "true", R"("true")"},
      {R"("number")", R"("1e3")", "1000"},
      {R"(["object",{"a":"string"},["a"]])", "{}", R"({"a":null})"},
      {R"(["object",{"a":"number"},["a"]])", R"({"a":"x"})", "error: .a: a number is required"},
      {R"(["object",{"a":["object",{"b":"number"},["b"]]},["a"]])", "{}", R"({"a":null})"},
      {R"(["map",["object",{"a":"string"},["a"]]])", R"({"x":{},"y":null})", R"({"x":{"a":null},"y":null})"},
      {R"(["list",["list","number"]])", R"([[1],["x"]])", "error: [1][0]: a number is required"},
      {R"(["map",["map","number"]])", R"({"a":{"k k":"x"}})", R"(error: ["a"]["k k"]: a number is required)"},
      {R"(["set","number"])", R"(["1","x"])", "error: [1]: a number is required"},
      {R"(["set","dynamic"])", R"([1,"1",true])", R"(["1","true"] ["set","string"])"},
      {R"("dynamic")", R"([1,"a"])", R"([1,"a"] ["tuple",["number","string"]])"},
  };
  Check(kFacts);
}

// Answers of the peer's functions to arguments of the wrong type.
TEST(Convert, SaysWhichCollectionsDoNotFit) {
  const auto message = [](std::string_view from, std::string_view to) {
    EXPECT_FALSE(CanConvert(TypeOf(from), TypeOf(to)));
    return MismatchMessage(TypeOf(from), TypeOf(to));
  };
  EXPECT_EQ(message(R"(["list","number"])", R"(["list","bool"])"),
            "incorrect list element type: bool required");
  EXPECT_EQ(message(R"(["set","number"])", R"(["list","bool"])"),
            "incorrect list element type: bool required");
  EXPECT_EQ(message(R"(["map","number"])", R"(["list","bool"])"), "list of bool required");
  EXPECT_EQ(message(R"(["map","string"])", R"(["map",["list","string"]])"),
            "incorrect map element type: list of string required");
  EXPECT_EQ(message(R"("string")", R"(["map","dynamic"])"), "map of any single type required");
}

TEST(Convert, TurnsMapsIntoObjects) {
  const Value map = *FromJsonText(R"({"a":"1","c":"x"})", TypeOf(R"(["map","string"])"));
  EXPECT_EQ(ConvertText(map, TypeOf(R"(["object",{"a":"number","b":"bool"},["b"]])")), R"({"a":1,"b":null})");
  EXPECT_EQ(ConvertText(map, TypeOf(R"(["object",{"b":"string"}])")),
            R"(error: map has no element for required attribute "b")");
  EXPECT_EQ(ConvertText(map, TypeOf(R"(["object",{"c":"number"}])")),
            R"(error: ["c"]: a number is required)");
  EXPECT_EQ(ConvertText(map, TypeOf(R"(["object",{"a":["list","string"]},["a"]])")),
            R"(error: map element type is incompatible with attribute "a": list of string required)");
  EXPECT_FALSE(CanConvert(map.type(), TypeOf(R"(["object",{"a":"string"}])"), Safety::kSafe));
}

TEST(Convert, KeepsMarksNullsAndWhatIsKnownOfTheUnknown) {
  const Type list = TypeOf(R"(["list","string"])");
  const Value marked =
      Value::Tuple({Value::Int(1).WithMarks(Marks::kSensitive)}).WithMarks(Marks::kEphemeral);
  EXPECT_EQ(*Convert(marked, list),
            Value::List(Type::String(), {Value::String("1").WithMarks(Marks::kSensitive)})
                .WithMarks(Marks::kEphemeral));
  EXPECT_EQ(*Convert(Value(), list), Value::Null(list));
  EXPECT_EQ(*Convert(Value::Null(Type::Tuple({Type::Bool()})), TypeOf(R"(["list","dynamic"])")),
            Value::Null(TypeOf(R"(["list","bool"])")));
  EXPECT_EQ(*Convert(Value::Dynamic().WithMarks(Marks::kSensitive), list),
            Value::Unknown(list).WithMarks(Marks::kSensitive));
  EXPECT_EQ(*Convert(Value::UnknownNotNull(Type::Number()), Type::String()),
            Value::UnknownNotNull(Type::String()));
  // A prefix of a string says nothing about the number.
  EXPECT_EQ(*Convert(Value::Unknown(Type::String(), {.prefix = "1"}), Type::Number()),
            Value::Unknown(Type::Number()));
  const Type set = TypeOf(R"(["set","string"])");
  const Value counted = Value::Unknown(list, {.length_min = 2, .length_max = 3});
  EXPECT_EQ(*Convert(counted, set), Value::Unknown(set, {.length_min = 1, .length_max = 3}));
  const Value pair = Value::UnknownNotNull(Type::Tuple({Type::Bool(), Type::Bool()}));
  EXPECT_EQ(*Convert(pair, list), Value::List(Type::String(), {Value::Dynamic(), Value::Dynamic()}));
  EXPECT_EQ(*Convert(pair, set), Value::Unknown(set, {.not_null = true, .length_min = 1, .length_max = 2}));
}

TEST(Convert, DoesNotCountUnknownElementsOfASet) {
  const Type list = TypeOf(R"(["list","string"])");
  const Value unknown = Value::Unknown(Type::String());
  EXPECT_EQ(*Convert(Value::Set(Type::String(), {unknown, Value::String("a")}), list), Value::Unknown(list));
  EXPECT_EQ(*Convert(Value::Set(Type::String(), {unknown}), list), Value::List(Type::String(), {unknown}));
}

// The peer's conditionals and collection functions show these.
TEST(Unify, AnswersAsThePeer) {
  const struct {
    std::vector<std::string_view> types;
    std::string_view answer;
  } kFacts[] = {
      {{}, "none"},
      {{R"("number")", R"("string")", R"("bool")"}, R"("string")"},
      {{R"("number")", R"("bool")"}, "none"},
      {{R"("dynamic")", R"("number")"}, R"("number")"},
      {{R"("number")", R"(["tuple",[]])"}, "none"},
      {{R"(["tuple",["number"]])", R"(["list","string"])"}, R"(["list","string"])"},
      {{R"(["object",{"a":"number"}])", R"(["map","string"])"}, R"(["map","string"])"},
      {{R"(["object",{}])", R"(["object",{"a":"number"}])"}, R"(["map","number"])"},
      {{R"(["object",{"a":"number"}])", R"(["object",{"a":"string"}])"}, R"(["object",{"a":"string"}])"},
      {{R"(["object",{"a":"number","b":"number"}])", R"(["object",{"a":"string"}])"}, R"(["map","string"])"},
      {{R"(["object",{"a":["object",{"b":"number"}]}])", R"(["object",{"a":["object",{"c":"number"}]}])"},
       R"(["object",{"a":["map","number"]}])"},
      {{R"(["object",{"a":"number"}])", R"(["object",{"b":["list","bool"]}])"}, "none"},
      {{R"(["tuple",["number","string"]])", R"(["tuple",["bool"]])"}, R"(["list","string"])"},
      {{R"(["tuple",["number","string"]])", R"(["tuple",["string","bool"]])"},
       R"(["tuple",["string","string"]])"},
      {{R"(["tuple",[]])", R"(["tuple",["number"]])"}, R"(["list","number"])"},
      {{R"(["object",{"a":"number"}])", R"(["tuple",["number"]])"}, "none"},
      {{R"(["set","string"])", R"(["tuple",["string"]])"}, R"(["set","string"])"},
      {{R"(["set","number"])", R"(["list","string"])"}, R"(["list","string"])"},
      {{R"(["set","number"])", R"(["set","string"])"}, R"(["set","string"])"},
      {{R"(["list","dynamic"])", R"(["list","number"])"}, R"(["list","number"])"},
      {{R"("dynamic")", R"(["list","number"])"}, R"("dynamic")"},
      {{R"("dynamic")", R"(["object",{"a":"number"}])"}, R"("dynamic")"},
  };
  for (const auto& fact : kFacts) {
    std::vector<Type> types;
    for (const std::string_view type : fact.types) types.push_back(TypeOf(type));
    const std::optional<Type> unified = Unify(types);
    EXPECT_EQ(unified ? TextOf(*unified) : "none", fact.answer) << ::testing::PrintToString(fact.types);
    std::ranges::reverse(types);
    EXPECT_EQ(unified.has_value(), Unify(types).has_value());
    if (unified) {
      EXPECT_EQ(TextOf(*unified), TextOf(*Unify(types)));
    }
  }
}

TEST(Unify, SafelyLeavesStringsAlone) {
  const Type types[] = {Type::Dynamic(), Type::Number()};
  EXPECT_EQ(Unify(types, Safety::kSafe), Type::Dynamic());
  const Type collections[] = {TypeOf(R"(["set","number"])"), TypeOf(R"(["list","string"])")};
  EXPECT_EQ(Unify(collections, Safety::kSafe), collections[1]);
}

Value Random(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 6 : 4)) {
    case 0:
      return Value::Bool(random() % 2);
    case 1:
      return Value::Int(int64_t(random() % 3));
    case 2:
      return Value::String(random() % 2 ? "1" : "x");
    case 3:
      return random() % 2 ? Value() : Value::Dynamic();
    case 4: {
      std::vector<Value> elements;
      for (size_t i = random() % 3; i > 0; --i) elements.push_back(Random(random, depth - 1));
      return Value::Tuple(std::move(elements));
    }
    default: {
      std::vector<NamedValue> attributes;
      for (size_t i = random() % 3; i > 0; --i) {
        attributes.push_back({random() % 2 ? "a" : "b", Random(random, depth - 1)});
      }
      return Value::Object(std::move(attributes));
    }
  }
}

TEST(Convert, LawsHoldForRandomValues) {
  std::mt19937 random(7);
  size_t unified_count = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Value a = Random(random, 3), b = Random(random, 3);
    const Type types[] = {a.type(), b.type()}, reversed[] = {b.type(), a.type()};
    for (const Safety safety : {Safety::kSafe, Safety::kUnsafe}) {
      const std::optional<Type> unified = Unify(types, safety);
      EXPECT_EQ(unified.has_value(), Unify(reversed, safety).has_value());
      if (!unified) continue;
      ++unified_count;
      EXPECT_TRUE(CanConvert(a.type(), *unified, safety));
      const auto converted = Convert(a, *unified, safety);
      // "x" as a number fails, and so may what takes its type from the value.
      if (!converted && (safety == Safety::kUnsafe || unified->HasDynamic())) continue;
      ASSERT_TRUE(converted) << TextOf(a.type()) << " " << TextOf(*unified) << " "
                             << converted.error().Text();
      // What is converted stays as it is.
      EXPECT_EQ(*Convert(*converted, *unified, safety), *converted);
      if (!unified->HasDynamic()) {
        EXPECT_EQ(converted->type(), *unified);
      }
    }
    for (const Type& collection :
         {Type::List(Type::Dynamic()), Type::Set(Type::Dynamic()), Type::Map(Type::Dynamic())}) {
      if (const auto converted = Convert(a, collection); converted && converted->HasContent()) {
        EXPECT_EQ(converted->kind(), collection.kind());
      }
    }
  }
  EXPECT_GT(unified_count, 1000u);
}

}  // namespace
}  // namespace cairn::hcl
