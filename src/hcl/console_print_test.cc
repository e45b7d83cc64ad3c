#include "hcl/console_print.h"
#include "data/json.h"

#include <gtest/gtest.h>

#include "hcl/convert.h"
#include "hcl/value_json.h"

namespace cairn::hcl {
namespace {

Type TypeOf(std::string_view json) {
  return *Type::FromJson(*data::ParseJson(json));
}

// Answers of `terraform console`.
TEST(PrintValue, PrintsAsThePeer) {
  const struct {
    std::string_view json, answer;
  } kFacts[] = {
      {R"("a\nb")", "<<EOT\na\nb\nEOT"},
      {R"("a\n")", "<<EOT\na\n\nEOT"},
      {R"("\n")", "<<EOT\n\n\nEOT"},
      {R"("a\r\nb")", "<<EOT\na\r\nb\nEOT"},
      {R"(["a\nb"])", "[\n  <<-EOT\n  a\n  b\n  EOT,\n]"},
      {R"({"k":"a\n  b\n"})", "{\n  \"k\" = <<-EOT\n  a\n    b\n  \n  EOT\n}"},
      {R"([["x\ny"]])", "[\n  [\n    <<-EOT\n    x\n    y\n    EOT,\n  ],\n]"},
      {R"({"a\nb":1})", "{\n  <<-EOT\n  a\n  b\n  EOT = 1\n}"},
      {R"("EOT\nx")", "<<EOT_\nEOT\nx\nEOT_"},
      {R"("a\n EOT \nEOT_")", "<<EOT__\na\n EOT \nEOT_\nEOT__"},
      {"\"a\\n\u2003EOT\u2003\\nx\"", "<<EOT_\na\n\u2003EOT\u2003\nx\nEOT_"},
      {R"("a\tb\"\\${x}")", R"("a\tb\"\\${x}")"},
      {R"("\u0001\u007f\u00a0\u200b\ufeff\u2028é😀\r\udb40\udc01")",
       R"("\x01\x7f\u00a0\u200b\ufeff\u2028é😀\r\U000e0001")"},
      {"[]", "[]"},
      {"{}", "{}"},
      {R"({"a":[],"b":{}})", "{\n  \"a\" = []\n  \"b\" = {}\n}"},
      {"null", "null"},
      {"[null,1.50,true]", "[\n  null,\n  1.5,\n  true,\n]"},
  };
  for (const auto& fact : kFacts) EXPECT_EQ(PrintValue(*FromJsonText(fact.json)), fact.answer) << fact.json;
}

TEST(PrintValue, NamesCollectionsAndNulls) {
  const struct {
    std::string_view type, json, answer;
  } kFacts[] = {
      {R"(["list","string"])", "[]", "tolist([])"},
      {R"(["set","number"])", "[2,1]", "toset([\n  1,\n  2,\n])"},
      {R"(["map",["object",{"b":"number"}]])", R"({"a":{"b":1}})",
       "tomap({\n  \"a\" = {\n    \"b\" = 1\n  }\n})"},
      {R"(["list",["list","number"]])", "[[1]]", "tolist([\n  tolist([\n    1,\n  ]),\n])"},
      {R"(["list","string"])", "[null]", "tolist([\n  tostring(null),\n])"},
      {R"("number")", "null", "tonumber(null)"},
      {R"("bool")", "null", "tobool(null)"},
      {R"(["list","string"])", "null", "tolist(null) /* of string */"},
      {R"(["set",["list","string"]])", "null", "toset(null) /* of list of string */"},
      {R"(["map","dynamic"])", "null", "tomap(null) /* of dynamic */"},
      {R"(["object",{"a":"bool"}])", "null", "null /* object */"},
      {R"(["tuple",[]])", "null", "null /* tuple */"},
  };
  for (const auto& fact : kFacts) {
    EXPECT_EQ(PrintValue(*FromJsonText(fact.json, TypeOf(fact.type))), fact.answer) << fact.type << fact.json;
  }
}

TEST(PrintValue, HidesWhatIsNotToBeShown) {
  const Value secret = Value::Int(1).WithMarks(Marks::kSensitive);
  EXPECT_EQ(PrintValue(secret), "(sensitive value)");
  EXPECT_EQ(PrintValue(Value::Tuple({secret})), "[\n  (sensitive value),\n]");
  EXPECT_EQ(PrintValue(Value().WithMarks(Marks::kSensitive | Marks::kEphemeral)), "(sensitive value)");
  EXPECT_EQ(PrintValue(Value().WithMarks(Marks::kEphemeral)), "(ephemeral value)");
  EXPECT_EQ(PrintValue(Value::Dynamic().WithMarks(Marks::kSensitive)), "(known after apply)");
  EXPECT_EQ(PrintValue(Value::Int(1).WithMarks(Marks::kDeprecated)), "1");
}

TEST(PrintType, PrintsAsThePeer) {
  const struct {
    std::string_view json, answer;
  } kFacts[] = {
      {R"("number")", "number"},
      {R"("dynamic")", "dynamic"},
      {R"(["tuple",["number","string"]])", "tuple([\n    number,\n    string,\n])"},
      {R"(["object",{"a":"number","b":["object",{"c":["tuple",[]]}]}])",
       "object({\n    a: number,\n    b: object({\n        c: tuple([]),\n    }),\n})"},
      {R"(["list","number"])", "list(number)"},
      {R"(["list","dynamic"])", "list(dynamic)"},
      {R"(["set",["object",{"a":"number"}]])", "set(\n    object({\n        a: number,\n    }),\n)"},
      {R"(["map",["tuple",["number"]]])", "map(\n    tuple([\n        number,\n    ]),\n)"},
      {R"(["object",{}])", "object({})"},
  };
  for (const auto& fact : kFacts) EXPECT_EQ(PrintType(TypeOf(fact.json)), fact.answer) << fact.json;
}

}  // namespace
}  // namespace cairn::hcl
