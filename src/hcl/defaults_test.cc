#include "hcl/defaults.h"
#include "data/json.h"

#include <gtest/gtest.h>

#include "hcl/convert.h"
#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

Type TypeOf(std::string_view json) {
  return *Type::FromJson(*data::ParseJson(json));
}

Value Make(std::string_view json) {
  return *FromJsonText(json);
}

// object({a = optional(string, "d"), b = number})
Defaults OfObject() {
  return {TypeOf(R"(["object",{"a":"string","b":"number"},["a"]])"), {{"a", Value::String("d")}}};
}

Defaults Of(std::string_view constraint, Defaults element) {
  Defaults out{TypeOf(constraint)};
  out.children.emplace("", std::move(element));
  return out;
}

// What a variable of that type has for that default value.
std::string ResultOf(const Defaults& defaults, const Value& value) {
  const auto converted = Convert(ApplyDefaults(defaults, value), defaults.type);
  return converted ? *ToJsonText(*converted) : "error: " + converted.error().Text();
}

// Answers of the peer.
TEST(ApplyDefaults, FillsWhatIsMissingOrNull) {
  const Defaults one = OfObject();
  EXPECT_EQ(ResultOf(one, Make(R"({"b":1})")), R"({"a":"d","b":1})");
  EXPECT_EQ(ResultOf(one, Make(R"({"a":null,"b":1})")), R"({"a":"d","b":1})");
  EXPECT_EQ(ResultOf(one, Make(R"({"a":"x","b":"2"})")), R"({"a":"x","b":2})");
  EXPECT_EQ(ResultOf(one, Make("{}")), R"(error: attribute "b" is required)");
  EXPECT_EQ(ResultOf(one, Make("null")), "null");
  const Defaults list = Of(R"(["list",["object",{"a":"string","b":"number"},["a"]]])", OfObject());
  EXPECT_EQ(ResultOf(list, Make(R"([{"b":1},{"a":"x","b":"2"}])")), R"([{"a":"d","b":1},{"a":"x","b":2}])");
  const Defaults map = Of(R"(["map",["object",{"a":"string","b":"number"},["a"]]])", OfObject());
  EXPECT_EQ(ResultOf(map, Make(R"({"x":{"b":1},"y":null})")), R"({"x":{"a":"d","b":1},"y":null})");
}

TEST(ApplyDefaults, MergesElementsOfASetThatBecomeEqual) {
  Defaults element{TypeOf(R"(["object",{"a":["list","string"]},["a"]])"),
                   {{"a", Value::List(Type::String(), {Value::String("q")})}}};
  const Defaults set = Of(R"(["set",["object",{"a":["list","string"]},["a"]]])", std::move(element));
  EXPECT_EQ(ResultOf(set, Make(R"([{},{"a":["q"]}])")), R"([{"a":["q"]}])");
}

TEST(ApplyDefaults, ReachesIntoDefaults) {
  // object({a = optional(object({b = optional(number, 5)}), {})})
  Defaults inner{TypeOf(R"(["object",{"b":"number"},["b"]])"), {{"b", Value::Int(5)}}};
  Defaults outer{TypeOf(R"(["object",{"a":["object",{"b":"number"},["b"]]},["a"]])")};
  outer.children.emplace("a", std::move(inner));
  EXPECT_EQ(ResultOf(outer, Make("{}")), R"({"a":null})");
  outer.values.emplace("a", Value::Object({{"b", Value::Null(Type::Number())}}));
  EXPECT_EQ(ResultOf(outer, Make("{}")), R"({"a":{"b":5}})");
  EXPECT_EQ(ResultOf(outer, Make(R"({"a":{"b":7}})")), R"({"a":{"b":7}})");
}

TEST(ApplyDefaults, KnowsThePlacesOfATuple) {
  Defaults tuple{TypeOf(R"(["tuple",["number",["object",{"a":"string","b":"number"},["a"]]]])")};
  tuple.children.emplace("1", OfObject());
  EXPECT_EQ(ResultOf(tuple, Make(R"([1,{"b":2}])")), R"([1,{"a":"d","b":2}])");
}

TEST(ApplyDefaults, KeepsMarksAndWhatIsUnknown) {
  const Defaults one = OfObject();
  const Value unknown = Value::Unknown(Type::String());
  const Value given = Value::Object({{"a", unknown}, {"b", Value::Int(1)}}).WithMarks(Marks::kSensitive);
  const Value applied = ApplyDefaults(one, given);
  EXPECT_TRUE(applied.Has(Marks::kSensitive));
  // With a default it will not be null.
  EXPECT_EQ(*applied.Find("a"), Value::UnknownNotNull(Type::String()));
  EXPECT_EQ(ApplyDefaults(one, Value::Dynamic()), Value::Dynamic());
}

TEST(ApplyDefaults, AddsToMapsThatAreToBecomeObjects) {
  const Value map = *FromJsonText(R"({"b":"1"})", TypeOf(R"(["map","string"])"));
  EXPECT_EQ(ResultOf(OfObject(), map), R"({"a":"d","b":1})");
  EXPECT_EQ(ResultOf(OfObject(), Make("[]")), "error: object required");
}

}  // namespace
}  // namespace cairn::hcl
