#include "provider/value_msgpack.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "base/files.h"
#include "base/strings.h"
#include "data/json.h"
#include "hcl/convert.h"
#include "hcl/eval.h"
#include "hcl/functions.h"
#include "hcl/parser.h"

namespace cairn::provider {
namespace {

using hcl::Type;
using hcl::Value;

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += Format("{:02x}", static_cast<uint8_t>(byte));
  return hex;
}

std::string Bytes(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

Type TypeOf(std::string_view json) {
  return *Type::FromJson(*data::ParseJson(json));
}

// What tests/provider/record_msgpack.py declares.
hcl::MapScope UnknownVariables(const hcl::FunctionTable& functions) {
  const auto unknown = [](std::string_view type) { return Value::Unknown(TypeOf(type)); };
  hcl::MapScope scope(&functions);
  scope.Set("var", Value::Object({{"string", unknown(R"("string")")},
                                  {"number", unknown(R"("number")")},
                                  {"bool", unknown(R"("bool")")},
                                  {"list", unknown(R"(["list","string"])")},
                                  {"numbers", unknown(R"(["list","number"])")},
                                  {"set", unknown(R"(["set","string"])")},
                                  {"map", unknown(R"(["map","string"])")},
                                  {"object", unknown(R"(["object",{"a":"string","b":"number"}])")},
                                  {"any", Value::Dynamic()}}));
  return scope;
}

struct Case {
  std::string type;
  std::string expression;
  std::string hex;
};

std::vector<Case> RecordedCases() {
  const std::string file = std::string(getenv("CAIRN_SOURCE_DIR")) + "/tests/provider/msgpack.txt";
  std::istringstream corpus(*ReadFile(file, 1 << 20));
  std::vector<Case> cases;
  for (std::string line; std::getline(corpus, line);) {
    if (!line.starts_with(">>> ")) continue;
    const size_t bar = line.find(" | ");
    Case each{line.substr(4, bar - 4), line.substr(bar + 3), ""};
    std::getline(corpus, each.hex);
    cases.push_back(std::move(each));
  }
  return cases;
}

TEST(Msgpack, IsWhatTerraformWrites) {
  const hcl::BuiltinFunctions functions;
  const hcl::MapScope scope = UnknownVariables(functions);
  const std::vector<Case> cases = RecordedCases();
  ASSERT_GT(cases.size(), 100u);
  for (const Case& each : cases) {
    SCOPED_TRACE(each.type + " | " + each.expression);
    const auto parsed = hcl::ParseExpression(std::make_shared<hcl::Source>("case", each.expression));
    hcl::Diagnostics diagnostics;
    const Value evaluated = hcl::Evaluate(parsed.tree->root(), scope, diagnostics);
    ASSERT_FALSE(diagnostics.has_errors());
    const Type type = TypeOf(each.type);
    const auto value = hcl::Convert(evaluated, type);
    ASSERT_TRUE(value);

    const auto written = ToMsgpack(*value, type);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(Hex(*written), each.hex);

    const auto read = FromMsgpack(Bytes(each.hex), type);
    ASSERT_TRUE(read) << read.error().message;
    const auto again = ToMsgpack(*read, type);
    ASSERT_TRUE(again);
    EXPECT_EQ(Hex(*again), each.hex);
    // A power has 53 bits, whose shortest digits the peer writes: they say another number.
    const bool is_exact = !each.expression.starts_with("pow(2, 70)");
    if (value->IsWhollyKnown()) {
      EXPECT_EQ(*read == *value, is_exact);
    }
  }
}

Result<Value> Read(std::string_view hex, std::string_view type) {
  return FromMsgpack(Bytes(hex), TypeOf(type));
}

TEST(Msgpack, ReadsEveryFormOfNumber) {
  for (const auto& [hex, text] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"05", "5"},
           {"ff", "-1"},
           {"cc05", "5"},
           {"cd0005", "5"},
           {"ce00000005", "5"},
           {"cf0000000000000005", "5"},
           {"cfffffffffffffffff", "18446744073709551615"},
           {"d0fb", "-5"},
           {"d1fffb", "-5"},
           {"d2fffffffb", "-5"},
           {"d3fffffffffffffffb", "-5"},
           {"d38000000000000000", "-9223372036854775808"},
           {"ca3fc00000", "1.5"},
           {"cb3ff8000000000000", "1.5"},
           {"a3312e35", "1.5"},
           {"c403312e35", "1.5"}}) {
    const auto read = Read(hex, R"("number")");
    ASSERT_TRUE(read) << hex << ": " << read.error().message;
    EXPECT_EQ(read->AsNumber().ToString(), text) << hex;
  }
  EXPECT_GT(Read("cb7ff0000000000000", R"("number")")->AsNumber().Sign(), 0);  // +Inf
  EXPECT_FALSE(Read("cb7ff8000000000000", R"("number")"));                     // NaN
  EXPECT_FALSE(Read("a178", R"("number")"));
}

TEST(Msgpack, ReadsLongForms) {
  const Value list = Value::List(Type::Bool(), std::vector<Value>(70'000, Value::Bool(true)));
  const Value text = Value::String(std::string(70'000, 'x'));
  std::vector<hcl::NamedValue> entries;
  for (int i = 0; i < 70'000; ++i) entries.push_back({Format("k{}", i), Value::Int(i)});
  const Value map = Value::Map(Type::Number(), std::move(entries));
  for (const Value& value : {list, text, map}) {
    for (const Type& type : {value.type(), Type::Dynamic()}) {
      const auto read = FromMsgpack(*ToMsgpack(value, type), type);
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_TRUE(*read == value);
    }
  }
}

TEST(Msgpack, TakesAnyShortExtensionForUnknown) {
  for (const std::string_view hex : {"d40000", "d40507", "c70000", "c70100ff", "c800010000"}) {
    const auto read = Read(hex, R"("string")");
    ASSERT_TRUE(read) << hex;
    EXPECT_TRUE(*read == Value::Unknown(Type::String())) << hex;
  }
  EXPECT_TRUE(Read("c7030c8101c2", R"("dynamic")")->kind() == hcl::TypeKind::kDynamic);
  EXPECT_FALSE(Read("c7030d8101c2", R"("string")"));  // another extension
}

TEST(Msgpack, KeepsWhatItUnderstandsOfRefinements) {
  EXPECT_TRUE(*Read("c7030c8101c3", R"("string")") == Value::Null(Type::String()));
  // Number 9 is of a later protocol.
  EXPECT_TRUE(*Read("c7050c8201c20900", R"("string")") == Value::UnknownNotNull(Type::String()));
  EXPECT_EQ(Read("c7050c820501060a", R"(["list","string"])")->refinement().length_max, 10);
  EXPECT_FALSE(Read("c7050c8202a161", R"("number")"));                         // a number has no prefix
  EXPECT_FALSE(Read("c7040c8203c2", R"("number")"));                           // a bound is an array
  EXPECT_FALSE(Read("d50c81", R"("number")"));                                 // cut off
  EXPECT_FALSE(Read("c804010c" + std::string(2 * 1025, '0'), R"("number")"));  // too long
}

TEST(Msgpack, SaysWhereAValueIsWrong) {
  const std::string_view rules = R"(["object",{"rule":["list",["object",{"port":"number"}]]}])";
  const auto wrong = Read("81a472756c659181a4706f7274c3", rules);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, ".rule[0].port: a number is required");
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalid);
  const auto map = Read("81a162c3", R"(["map","string"])");
  ASSERT_FALSE(map);
  EXPECT_EQ(map.error().message, "[\"b\"]: a string is required");

  EXPECT_FALSE(Read("81a17801", rules));                                          // another attribute
  EXPECT_FALSE(Read("80", rules));                                                // none
  EXPECT_FALSE(Read("82a161c0a161c0", R"(["object",{"a":"bool","b":"bool"}])"));  // twice the same
  EXPECT_FALSE(Read("93010203", R"(["tuple",["number","number"]])"));
  EXPECT_FALSE(Read("92c40822737472696e67220192", R"("dynamic")"));
  EXPECT_FALSE(Read("92c4012201", R"("dynamic")"));
  EXPECT_FALSE(Read("9292c40822737472696e6722a16192c408226e756d6265722201", R"(["list","dynamic"])"));
  EXPECT_FALSE(Read("c1", R"("string")"));
  EXPECT_FALSE(Read("", R"("string")"));
  EXPECT_FALSE(Read("a16161", R"("string")"));  // something follows
}

TEST(Msgpack, RefusesEveryPrefixOfAValue) {
  const Value value = Value::Object({{"a", Value::List(Type::String(), {Value::String("x")})},
                                     {"b", *FromMsgpack(Bytes("c7090c8201c202a47072652d"), Type::String())},
                                     {"c", Value::Int(1'000'000)}});
  const std::string whole = *ToMsgpack(value, Type::Dynamic());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(FromMsgpack(whole.substr(0, size), Type::Dynamic())) << size;
  }
}

TEST(Msgpack, KeepsItsBounds) {
  // Lists that claim more elements than there are bytes.
  EXPECT_FALSE(Read("ddffffffff", R"(["list","string"])"));
  EXPECT_FALSE(Read("dfffffffff", R"(["map","string"])"));
  EXPECT_FALSE(Read("dbffffffff", R"("string")"));
  const auto large = FromMsgpack(std::string(11, 'x'), Type::String(), {.bytes_max = 10});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kOverloaded);

  std::string nested;
  for (int i = 0; i < 600; ++i) nested += Bytes("92c4092264796e616d696322");
  const auto deep = FromMsgpack(nested + "\xC3", Type::Dynamic());
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, ErrorCode::kOverloaded);

  // Not null, and of 1000 elements.
  const std::string thousand = Bytes("c70b0c8301c205cd03e806cd03e8");
  EXPECT_EQ(FromMsgpack(thousand, Type::List(Type::String()))->size(), 1000u);
  std::string many = Bytes("dd000007d0");
  for (int i = 0; i < 2000; ++i) many += thousand;
  const auto spelled_out = FromMsgpack(many, Type::List(Type::List(Type::String())));
  ASSERT_FALSE(spelled_out);
  EXPECT_EQ(spelled_out.error().code, ErrorCode::kOverloaded);
}

TEST(Msgpack, RefusesToWriteWhatDoesNotConform) {
  const Type type = TypeOf(R"(["object",{"a":["list","string"]}])");
  const auto wrong = ToMsgpack(Value::Object({{"a", Value::List(Type::Bool(), {Value::Bool(true)})}}), type);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, ".a[0]: bool where string is needed");
  EXPECT_FALSE(ToMsgpack(Value::Object({{"b", Value::Int(1)}}), type));
}

TEST(Msgpack, LeavesMarksOut) {
  const Value secret = Value::String("x").WithMarks(hcl::Marks::kSensitive);
  EXPECT_EQ(*ToMsgpack(secret, Type::String()), *ToMsgpack(Value::String("x"), Type::String()));
}

}  // namespace
}  // namespace cairn::provider
