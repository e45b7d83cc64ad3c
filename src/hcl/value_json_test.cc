#include "hcl/value_json.h"
#include "data/json.h"

#include <gtest/gtest.h>

namespace cairn::hcl {
namespace {

Type TypeOf(std::string_view json) {
  return *Type::FromJson(*data::ParseJson(json));
}

std::string Reread(std::string_view text) {
  const Result<Value> value = FromJsonText(text);
  if (!value) return "error: " + value.error().message;
  return *ToJsonText(*value);
}

std::string Reread(std::string_view text, std::string_view type) {
  const Result<Value> value = FromJsonText(text, TypeOf(type));
  if (!value) return "error: " + value.error().message;
  return *ToJsonText(*value, TypeOf(type));
}

// Answers of jsonencode and jsondecode of the peer.
TEST(JsonText, IsThePeers) {
  const struct {
    std::string_view text, answer;
  } kFacts[] = {
      {R"({"<k>":1,"b":null,"a":true,"é":[1.50,-0,1e30]})",
       R"({"\u003ck\u003e":1,"a":true,"b":null,"é":[1.5,-0,1000000000000000000000000000000]})"},
      {R"("a<b>&c\u2028\u2029\b\f\n\r\t\u0001\"\\\/")",
       R"("a\u003cb\u003e\u0026c\u2028\u2029\b\f\n\r\t\u0001\"\\/")"},
      {"\"\u2028\u2029\x7f\u2027\"", "\"\\u2028\\u2029\x7f\u2027\""},
      {R"("\u00e9\ud83d\ude00\ud83d")", "\"é😀\ufffd\""},
      {R"("\ud83dx\udc00\ud83d\u0041")", "\"\ufffdx\ufffd\ufffdA\""},
      {R"("e\u0301")", "\"\u00e9\""},
      {R"({"a":1,"a":"x"})", R"({"a":"x"})"},
      {"18446744073709551616", "18446744073709551616"},
      {"0.1", "0.1"},
      {" \t\r\n[ ] ", "[]"},
      {"null", "null"},
      {"[[[[]]]]", "[[[[]]]]"},
      {"", "error: EOF"},
      {"1 2", "error: extraneous data after JSON object"},
      {"01", "error: extraneous data after JSON object"},
      {"[1,]", "error: invalid character ']' looking for beginning of value"},
      {"[1", "error: EOF"},
      {"[1 2", "error: invalid character '2' after array element"},
      {"1.", "error: unexpected EOF"},
      {"1.x", "error: invalid character 'x' after decimal point in numeric literal"},
      {"1e+x", "error: invalid character 'x' in exponent of numeric literal"},
      {"-x", "error: invalid character 'x' in numeric literal"},
      {"+1", "error: invalid character '+' looking for beginning of value"},
      {"tru", "error: unexpected EOF"},
      {"trux", "error: invalid character 'x' in literal true (expecting 'e')"},
      {"{a:1}", "error: invalid character 'a'"},
      {R"({"a":1,})", "error: invalid character '}' looking for beginning of object key string"},
      {R"({"a" 1})", "error: invalid character '1' after object key"},
      {R"({"a":1 "b"})", "error: invalid character '\"' after object key:value pair"},
      {"\"\x01\"", "error: invalid character '\\x01' in string literal"},
      {"\"\n\"", "error: invalid character '\\n' in string literal"},
      {R"("\x")", "error: invalid character 'x' in string escape code"},
      {R"("\u12g4")", "error: invalid character 'g' in \\u hexadecimal character escape"},
      {R"(")", "error: unexpected EOF"},
      {"\xC3", "error: invalid character '\u00c3' looking for beginning of value"},
  };
  for (const auto& fact : kFacts) EXPECT_EQ(Reread(fact.text), fact.answer) << fact.text;
}

TEST(JsonText, FollowsAType) {
  const struct {
    std::string_view type, text, answer;
  } kFacts[] = {
      {R"(["list","number"])", "[1,\"2.50\",null]", "[1,2.5,null]"},
      {R"(["set","string"])", R"(["b",true,"a",1.50,"a"])", R"(["1.50","a","b","true"])"},
      {R"(["map","bool"])", R"({"b":"true","a":false})", R"({"a":false,"b":true})"},
      {R"(["tuple",["bool","string"]])", R"([true,"x"])", R"([true,"x"])"},
      {R"(["object",{"a":"string","b":"number"}])", R"({"b":1})", R"({"a":null,"b":1})"},
      {R"(["object",{"a":["list","number"]}])", R"({"a":[1,true]})", "error: .a[1]: number is required"},
      {R"(["map",["map","number"]])", R"({"a":{"k k":"x"}})", R"(error: ["a"]["k k"]: a number is required)"},
      {R"(["object",{}])", R"({"a":1})", R"(error: unsupported attribute "a")"},
      {R"(["tuple",["bool"]])", "[]", "error: not enough tuple elements (need 1)"},
      {R"(["tuple",["bool"]])", "[true,true]", "error: too many tuple elements (need 1)"},
      {R"(["list","string"])", "{}", "error: list of string is required"},
      {R"("string")", "[]", "error: string is required"},
      {R"("bool")", "1", "error: bool is required"},
      // Dynamic parts say their type.
      {R"("dynamic")", R"({"type":["list","string"],"value":["x"]})",
       R"({"value":["x"],"type":["list","string"]})"},
      {R"("dynamic")", "null", "null"},
      {R"("dynamic")", "1", "error: an object of \"value\" and \"type\" is required"},
      {R"("dynamic")", R"({"value":1,"type":"text"})", "error: not a type: unknown name"},
      {R"(["list","dynamic"])", R"([{"value":1,"type":"number"}])", R"([{"value":1,"type":"number"}])"},
      {R"(["list","dynamic"])", R"([{"value":1,"type":"number"},{"value":"a","type":"string"}])",
       "error: all elements must have the same type"},
      {R"(["object",{"a":"dynamic"}])", R"({"a":{"value":{"b":1},"type":["object",{"b":"number"}]}})",
       R"({"a":{"value":{"b":1},"type":["object",{"b":"number"}]}})"},
  };
  for (const auto& fact : kFacts)
    EXPECT_EQ(Reread(fact.text, fact.type), fact.answer) << fact.type << fact.text;
}

TEST(JsonText, RefusesWhatJsonCannotSay) {
  EXPECT_EQ(ToJsonText(Value::Tuple({Value::Dynamic()})).error().message, "value is not known");
  EXPECT_EQ(ToJsonText(Value::Number(*Number::Parse("Inf"))).error().message,
            "cannot serialize infinity as JSON");
}

TEST(JsonText, ObservesItsLimits) {
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_EQ(Reread(deep), deep);
  EXPECT_EQ(FromJsonText("[" + deep + "]").error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(FromJsonText("[1]", {.bytes_max = 2}).error().code, ErrorCode::kOverloaded);
}

}  // namespace
}  // namespace cairn::hcl
