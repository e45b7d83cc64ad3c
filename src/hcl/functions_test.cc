#include "hcl/functions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "hcl/value.h"

// The functions themselves. Conversion of arguments, unknown and marked ones are the call's part.
namespace cairn::hcl {
namespace {

Value S(std::string_view text) {
  return Value::String(text);
}
Value N(std::string_view number) {
  return Value::Number(*Number::Parse(number));
}
Value B(bool value) {
  return Value::Bool(value);
}
Value L(std::vector<std::string> texts) {
  std::vector<Value> elements;
  for (const std::string& text : texts) elements.push_back(S(text));
  return Value::List(Type::String(), std::move(elements));
}
Value T(std::vector<Value> elements) {
  return Value::Tuple(std::move(elements));
}
Value O(std::vector<NamedValue> attributes) {
  return Value::Object(std::move(attributes));
}

FunctionResult<Value> Answer(std::string_view name, std::vector<Value> arguments) {
  static const BuiltinFunctions functions;
  const Function* function = functions.Find(name);
  if (function == nullptr) return Refuse("there is no such function");
  const FunctionResult<Type> type = function->type(arguments);
  if (!type) return std::unexpected(type.error());
  FunctionResult<Value> value = function->call(arguments, *type);
  const bool conforms = !value || type->HasDynamic() || value->type() == *type;
  EXPECT_TRUE(conforms) << name;
  return value;
}

struct Case {
  std::string_view name;
  std::vector<Value> arguments;
  Value answer;
};

void Check(const std::vector<Case>& cases) {
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto value = Answer(cases[i].name, cases[i].arguments);
    ASSERT_TRUE(value) << i << ": " << cases[i].name << ": " << value.error().message;
    EXPECT_TRUE(*value == cases[i].answer) << i << ": " << cases[i].name;
  }
}

std::string Refusal(std::string_view name, std::vector<Value> arguments) {
  const auto value = Answer(name, std::move(arguments));
  return value ? "none" : value.error().message;
}

TEST(Functions, AreFoundAlsoInTheCoreNamespace) {
  const BuiltinFunctions functions;
  EXPECT_NE(functions.Find("upper"), nullptr);
  EXPECT_EQ(functions.Find("core::upper"), functions.Find("upper"));
  EXPECT_EQ(functions.Find("core::core::upper"), nullptr);
  EXPECT_EQ(functions.Find("uper"), nullptr);
}

TEST(Functions, OfNumbers) {
  Check({{"abs", {N("-1.5")}, N("1.5")},
         {"ceil", {N("-1.5")}, N("-1")},
         {"floor", {N("-1.5")}, N("-2")},
         {"max", {N("1"), N("3"), N("2")}, N("3")},
         {"min", {N("1"), N("-3"), N("2")}, N("-3")},
         {"pow", {N("2"), N("0.5")}, Value::Number(Number(1.4142135623730951))},
         {"log", {N("50"), N("10")}, Value::Number(Number(1.6989700043360185))},
         {"signum", {N("-7")}, N("-1")},
         {"parseint", {S("-FF"), N("16")}, N("-255")},
         {"parseint", {S("aA"), N("62")}, N("656")},
         {"parseint", {S("123456789012345678901234567890"), N("10")}, N("123456789012345678901234567890")}});
  EXPECT_EQ(Refusal("signum", {N("0.5")}),
            "value must be a whole number, between -9223372036854775808 and 9223372036854775807");
  EXPECT_EQ(Refusal("max", {}), "must pass at least one number");
  EXPECT_EQ(Refusal("parseint", {S("zz"), N("10")}), "cannot parse \"zz\" as a base 10 integer");
  EXPECT_EQ(Refusal("parseint", {S("1"), N("63")}), "base must be a whole number between 2 and 62 inclusive");
}

TEST(Functions, OfText) {
  Check({{"upper", {S("straße é")}, S("STRAßE É")},
         {"title", {S("hello wor-ld a_b")}, S("Hello Wor-Ld A_b")},
         {"strrev", {S("noe\u0308l")}, S("le\u0308on")},
         {"substr", {S("hello world"), N("1"), N("4")}, S("ello")},
         {"substr", {S("hello world"), N("-5"), N("-1")}, S("world")},
         {"substr", {S("hello"), N("-3"), N("0")}, S("llo")},
         {"substr", {S("hello"), N("9"), N("1")}, S("")},
         {"trim", {S("?!hello?!"), S("!?")}, S("hello")},
         {"trimspace", {S("\u00a0 a b\n\t")}, S("a b")},
         {"trimprefix", {S("helloworld"), S("hello")}, S("world")},
         {"trimsuffix", {S("helloworld"), S("hello")}, S("helloworld")},
         {"chomp", {S("a\r\n\n")}, S("a")},
         {"indent", {N("2"), S("a\nb\n")}, S("a\n  b\n  ")},
         {"join", {S(", "), L({"a", "b"}), L({"c"})}, S("a, b, c")},
         {"split", {S(","), S("a,,b")}, L({"a", "", "b"})},
         {"split", {S(""), S("aé")}, L({"a", "é"})},
         {"sort", {L({"b", "B", "a"})}, L({"B", "a", "b"})},
         {"startswith", {S("hello"), S("he")}, B(true)},
         {"endswith", {S("hello"), S("he")}, B(false)},
         {"strcontains", {S("hello"), S("ell")}, B(true)}});
}

TEST(Functions, OfRegularExpressions) {
  const Value pair = O({{"a", S("1")}, {"b", S("2")}});
  Check({{"regex", {S("[a-z]+"), S("53453453.345345aaabbbccc23454")}, S("aaabbbccc")},
         {"regex", {S("(\\d+)-(x)?"), S("12-")}, T({S("12"), Value::Null(Type::String())})},
         {"regex", {S("(?P<a>.)(?<b>.)"), S("12")}, pair},
         {"regexall", {S("a*"), S("baac")}, L({"", "aa", ""})},
         {"regexall", {S("[é]"), S("éaé")}, L({"é", "é"})},
         {"replace", {S("1 + 2 + 3"), S("+"), S("-")}, S("1 - 2 - 3")},
         {"replace", {S("hello world"), S("/w.*d/"), S("everybody")}, S("hello everybody")},
         {"replace", {S("abc"), S("/(?P<x>b)/"), S("[${x}$1$$]$y")}, S("a[bb$]c")},
         {"replace", {S("abc"), S("/x*/"), S("-")}, S("-a-b-c-")},
         {"replace", {S("ab"), S(""), S("-")}, S("-a-b-")}});
  EXPECT_EQ(Refusal("regex", {S("x"), S("abc")}), "pattern did not match any part of the given string");
  EXPECT_EQ(Refusal("regex", {S("("), S("")}), "invalid regexp pattern: missing closing ) in (");
  EXPECT_EQ(Refusal("regex", {S("(?P<a>.)(.)"), S("12")}),
            "invalid regexp pattern: cannot mix both named and unnamed capture groups");
}

TEST(Functions, OfFormats) {
  const auto format = [](std::string_view text, std::vector<Value> values) {
    values.insert(values.begin(), S(text));
    const auto value = Answer("format", std::move(values));
    return value ? std::string(value->AsString()) : value.error().message;
  };
  EXPECT_EQ(format("%s, %d%%", {S("a"), N("12")}), "a, 12%");
  EXPECT_EQ(format("%v %v %v", {S("a"), N("0.5"), T({S("<"), N("1")})}), "a 0.5 [\"\\u003c\",1]");
  EXPECT_EQ(format("%v", {N("10000000")}), "1e+07");  // an oddity of the peer
  EXPECT_EQ(format("%5d|%-5d|%05d|%+d|% d", {N("42"), N("42"), N("-42"), N("42"), N("42")}),
            "   42|42   |-0042|+42| 42");
  EXPECT_EQ(format("%x %X %#x %b %o %#o", {N("255"), N("255"), N("255"), N("5"), N("8"), N("8")}),
            "ff FF 0xff 101 10 010");
  EXPECT_EQ(format("%.2f %8.3f %e %g %G", {N("2.345"), N("3.14159"), N("1234.5"), N("1e21"), N("1e-7")}),
            "2.34    3.142 1.234500e+03 1e+21 1E-07");
  EXPECT_EQ(format("%f %.0f %.1f", {N("1"), N("0.5"), N("0.25")}), "1.000000 0 0.2");
  EXPECT_EQ(format("%[2]s %[1]s", {S("a"), S("b")}), "b a");
  EXPECT_EQ(format("%q|%5s|%-5s|%.2s", {S("x\"y"), S("é"), S("é"), S("noe\u0308l")}),
            "\"x\\\"y\"|    é|é    |no");
  EXPECT_EQ(format("%t %t", {B(true), S("false")}), "true false");
  EXPECT_EQ(format("%d", {N("1.5")}), "unsupported value for \"%d\" at 0: an integer is required");
  EXPECT_EQ(format("%s", {}), "not enough arguments for \"%s\" at 0: need index 1 but have 0 total");
  EXPECT_EQ(format("a", {N("1")}), "too many arguments; no verbs in format string");
  EXPECT_EQ(format("%!", {N("1")}), "unrecognized format character '!' at offset 1");
  EXPECT_EQ(format("abc%", {}), "invalid format string starting at offset 4");
  Check({{"formatlist", {S("%s-%s"), S("x"), L({"a", "b"})}, L({"x-a", "x-b"})},
         {"formatlist", {S("%s"), L({})}, L({})}});
}

// What comes of a few hundred bytes and a megabyte.
TEST(Functions, RefuseToMakeMuchOfLittle) {
  constexpr std::string_view kTooLong = "the result is longer than 134217728 bytes";
  const Value large = S(std::string(size_t{1} << 20, 'x'));
  const Value many = S(std::string(200, 'y'));
  const Value list = Value::List(Type::String(), std::vector<Value>(200, large));
  std::string verbs, groups;
  for (int i = 0; i < 200; ++i) {
    verbs += "%[1]s";
    groups += "$1";
  }
  EXPECT_EQ(Refusal("replace", {many, S("y"), large}), kTooLong);
  EXPECT_EQ(Refusal("replace", {many, S(""), large}), kTooLong);
  EXPECT_EQ(Refusal("replace", {many, S("/(y)/"), large}), kTooLong);
  EXPECT_EQ(Refusal("replace", {large, S("/^(.*)$/"), S(groups)}), kTooLong);
  EXPECT_EQ(Refusal("join", {S(""), list}), kTooLong);
  EXPECT_EQ(Refusal("join", {large, L(std::vector<std::string>(200, ""))}), kTooLong);
  EXPECT_EQ(Refusal("indent", {N("1048576"), S(std::string(200, '\n'))}), kTooLong);
  EXPECT_EQ(Refusal("formatlist", {S("%s"), list}), kTooLong);
  EXPECT_EQ(Refusal("format", {S(verbs), large}), kTooLong);
  EXPECT_EQ(Refusal("regexall", {S("()()()()"), large}), "there are too many matches");
  const Value keys = Value::List(Type::String(), std::vector<Value>(1 << 12, S("k")));
  const Value unknown =
      Value::List(Type::String(), std::vector<Value>(1 << 12, Value::Unknown(Type::String())));
  EXPECT_EQ(Refusal("matchkeys", {keys, keys, unknown}), "too many keys to search for values not yet known");
  const Value thousand = Value::List(Type::String(), std::vector<Value>(1000, S("a")));
  EXPECT_EQ(Refusal("setproduct", {thousand, thousand, thousand}), "the product is too large");
}

TEST(Functions, WhatChangesWithEachCallIsUnknownWhilePlanning) {
  using std::chrono::system_clock;
  const auto now = [] { return system_clock::time_point(); };
  const auto zeros = [](std::span<uint8_t> bytes) { std::ranges::fill(bytes, uint8_t{0}); };
  for (const bool planning : {false, true}) {
    const BuiltinFunctions functions({.now = now, .plan_time = now(), .random = zeros, .planning = planning});
    const auto is_known = [&](std::string_view name, std::vector<Value> arguments) {
      const auto value = functions.Find(name)->call(arguments, Type::String());
      EXPECT_TRUE(value && value->type() == Type::String()) << name;
      return value->IsKnown();
    };
    EXPECT_EQ(is_known("timestamp", {}), !planning);
    EXPECT_EQ(is_known("uuid", {}), !planning);
    EXPECT_EQ(is_known("bcrypt", {S("a"), N("4")}), !planning);
    EXPECT_TRUE(is_known("plantimestamp", {}));
  }
}

TEST(Functions, OfSequences) {
  Check({{"element", {L({"a", "b", "c"}), N("-1")}, S("c")},
         {"element", {T({S("a"), N("1")}), N("3")}, N("1")},
         {"slice", {L({"a", "b", "c"}), N("1"), N("3")}, L({"b", "c"})},
         {"reverse", {T({N("1"), S("b")})}, T({S("b"), N("1")})},
         {"concat", {L({"a"}), L({}), L({"b"})}, L({"a", "b"})},
         {"concat", {L({"a"}), T({N("1")})}, T({S("a"), N("1")})},
         {"flatten", {T({T({S("a")}), T({}), L({"b", "c"}), N("1")})}, T({S("a"), S("b"), S("c"), N("1")})},
         {"distinct", {L({"b", "a", "b", "c", "a"})}, L({"b", "a", "c"})},
         {"chunklist",
          {L({"a", "b", "c"}), N("2")},
          Value::List(Type::List(Type::String()), {L({"a", "b"}), L({"c"})})},
         {"compact", {L({"a", "", "b"})}, L({"a", "b"})},
         {"coalescelist", {L({}), L({"x"})}, L({"x"})},
         {"range", {N("3")}, Value::List(Type::Number(), {N("0"), N("1"), N("2")})},
         {"range", {N("4"), N("1"), N("-2")}, Value::List(Type::Number(), {N("4"), N("2")})}});
  EXPECT_EQ(Refusal("element", {L({}), N("0")}), "cannot use element function with an empty list");
  EXPECT_EQ(Refusal("slice", {L({"a"}), N("1"), N("2")}),
            "end index must not be greater than the length of the list");
  EXPECT_EQ(Refusal("range", {N("2"), N("1"), N("0")}),
            "end must be greater than start when step is positive");
}

TEST(Functions, OfCollections) {
  Check({{"length", {S("noe\u0308l")}, N("4")},
         {"length", {O({{"a", N("1")}})}, N("1")},
         {"alltrue", {Value::List(Type::Bool(), {B(true), B(false)})}, B(false)},
         {"anytrue", {Value::List(Type::Bool(), {B(true), B(false)})}, B(true)},
         {"contains", {L({"a", "b"}), S("b")}, B(true)},
         {"contains", {T({N("1")}), S("1")}, B(false)},
         {"index", {L({"a", "b"}), S("b")}, N("1")},
         {"coalesce", {S(""), S("b")}, S("b")},
         {"one", {L({"a"})}, S("a")},
         {"one", {L({})}, Value::Null(Type::String())},
         {"sum", {T({N("1"), S("2.5")})}, N("3.5")},
         {"matchkeys", {L({"a", "b", "c"}), L({"x", "y", "x"}), L({"x"})}, L({"a", "c"})}});
  EXPECT_EQ(Refusal("index", {L({"a"}), S("b")}), "item not found");
  EXPECT_EQ(Refusal("sum", {T({})}), "cannot sum an empty list");
}

TEST(Functions, OfMapsAndObjects) {
  const Value map = Value::Map(Type::String(), {{"b", S("2")}, {"a", S("1")}});
  const Value lists = Value::Map(Type::List(Type::String()), {{"a", L({"x", "y"})}, {"b", L({"y"})}});
  const Value turned = Value::Map(Type::List(Type::String()), {{"x", L({"a"})}, {"y", L({"a", "b"})}});
  Check(
      {{"keys", {map}, L({"a", "b"})},
       {"values", {map}, L({"1", "2"})},
       {"keys", {O({{"z", N("1")}, {"y", S("")}})}, T({S("y"), S("z")})},
       {"lookup", {map, S("a"), S("x")}, S("1")},
       {"lookup", {map, S("c"), N("3")}, S("3")},
       {"merge", {O({{"a", N("1")}, {"b", N("2")}}), O({{"b", S("x")}})}, O({{"a", N("1")}, {"b", S("x")}})},
       {"zipmap", {L({"a", "b"}), T({N("1"), S("x")})}, O({{"a", N("1")}, {"b", S("x")}})},
       {"transpose", {lists}, turned},
       {"map", {S("a"), N("1"), S("b"), S("x")}, Value::Map(Type::String(), {{"a", S("1")}, {"b", S("x")}})},
       {"list", {N("1"), S("x")}, L({"1", "x"})}});
  EXPECT_EQ(Refusal("lookup", {map, S("c")}), "lookup failed to find key \"c\"");
  EXPECT_EQ(Refusal("lookup", {O({}), S("c")}), "the given object has no attribute \"c\"");
}

TEST(Functions, OfSets) {
  const auto set = [](std::vector<Value> elements) {
    return Value::Set(Type::String(), std::move(elements));
  };
  const Value pairs =
      Value::Set(Type::Tuple({Type::String(), Type::String()}), {T({S("a"), S("x")}), T({S("b"), S("x")})});
  Check({{"setunion", {set({S("a")}), set({S("b"), S("a")})}, set({S("a"), S("b")})},
         {"setintersection", {set({S("a"), S("b")}), set({S("b"), S("c")})}, set({S("b")})},
         {"setsubtract", {set({S("a"), S("b")}), set({S("b")})}, set({S("a")})},
         {"setproduct", {set({S("a"), S("b")}), L({"x"})}, pairs}});
}

TEST(Functions, OfConversion) {
  Check({{"tostring", {N("1e21")}, S("1000000000000000000000")},
         {"tonumber", {S("1.50")}, N("1.5")},
         {"tobool", {S("true")}, B(true)},
         {"tolist", {T({N("1"), S("a")})}, L({"1", "a"})},
         {"tomap",
          {O({{"a", N("1")}, {"b", S("x")}})},
          Value::Map(Type::String(), {{"a", S("1")}, {"b", S("x")}})}});
  EXPECT_EQ(Refusal("tonumber", {S("x")}),
            "cannot convert \"x\" to number; given string must be a decimal representation of a number");
  EXPECT_EQ(Refusal("tobool", {N("1")}), "cannot convert number to bool");
}

TEST(Functions, OfMarks) {
  const Value secret = S("x").WithMarks(Marks::kSensitive);
  Check({{"sensitive", {S("x")}, secret},
         {"nonsensitive", {secret}, S("x")},
         {"issensitive", {secret}, B(true)},
         {"ephemeralasnull",
          {T({S("x").WithMarks(Marks::kEphemeral), N("1")})},
          T({Value::Null(Type::String()), N("1")})}});
}

}  // namespace
}  // namespace cairn::hcl
