#include "data/json.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

#include "base/fd.h"
#include "base/log.h"
#include "base/testing/manual_clock.h"

namespace cairn::data {
namespace {

namespace json = boost::json;

std::string Compact(std::string_view text) {
  const Result<Json> value = ParseJson(text);
  return value ? SerializeJson(*value) : "error: " + value.error().message;
}

// What Python answers: json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False).
TEST(Json, ReadsWhatPythonReads) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"( {"b" : 1 , "a":[ ] ,"c":{}} )", R"({"b":1,"a":[],"c":{}})"},
      {R"({"a":1,"b":2,"a":[3]})", R"({"a":[3],"b":2})"},
      {R"([0,-1,1.5,1e3,1E-2,-0.0,1.0])", R"([0,-1,1.5,1000.0,0.01,-0.0,1.0])"},
      {"[9223372036854775807,-9223372036854775808]", "[9223372036854775807,-9223372036854775808]"},
      {"18446744073709551615", "18446744073709551615"},
      {"[true,false,null]", "[true,false,null]"},
      {R"("\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t")", "\"\xc3\xa9\xf0\x9f\x98\x80\\\"\\\\/\\b\\f\\n\\r\\t\""},
      {R"("\u0000\u001f")", R"("\u0000\u001f")"},
      {"1e-400", "0.0"},
      {"123456789012345678901234567890.5", "1.2345678901234568e+29"},
      {"2.2250738585072011e-308", "2.225073858507201e-308"},
      {"\t\r\n1", "1"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Compact(text), expected) << text;
}

// All of these are errors to Python, too, except those that RFC 8259 forbids and Python allows: NaN,
// Infinity, a lone surrogate, 1e400.
TEST(Json, SaysWhereTheMistakeIs) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "line 1, column 1: incomplete JSON"},
      {"[1,\n 2", "line 2, column 3: incomplete JSON"},
      {"{\n  \"a\": tru\n}", "line 2, column 8: syntax error"},
      {"[1,]", "line 1, column 4: syntax error"},
      {"[1] x", "line 1, column 5: extra data"},
      {"01", "line 1, column 2: extra data"},
      {"/*c*/1", "line 1, column 1: syntax error"},
      {"NaN", "line 1, column 1: syntax error"},
      {R"("\ud800")", "line 1, column 8: syntax error"},
      {"\"\n\"", "line 1, column 2: syntax error"},
      {"\"\xff\"", "line 1, column 2: syntax error"},
      {"\xef\xbb\xbf"
       "1",
       "line 1, column 1: syntax error"},
      {"1e400", "line 1, column 6: exponent overflow"},
      {"[1.7976931348623159e308]", "line 1, column 24: exponent overflow"},
  };
  for (const auto& [text, expected] : cases) {
    const Result<Json> value = ParseJson(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::kInvalid) << text;
    EXPECT_EQ(value.error().message, expected) << text;
  }
}

TEST(Json, KeepsItsLimits) {
  const std::string nested = std::string(64, '[') + std::string(64, ']');
  EXPECT_TRUE(ParseJson(nested));
  EXPECT_EQ(ParseJson("[" + nested + "]").error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(ParseJson(std::string(10'000'000, '[')).error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(ParseJson("[1]", {.bytes_max = 3}));
  EXPECT_EQ(ParseJson("[10]", {.bytes_max = 3}).error().message, "more than 3 bytes of JSON");
}

TEST(Json, TellsKindsOfNumbersApart) {
  EXPECT_TRUE(ParseJson("1")->is_int64());
  EXPECT_TRUE(ParseJson("9223372036854775808")->is_uint64());
  EXPECT_TRUE(ParseJson("18446744073709551616")->is_double());
  EXPECT_TRUE(ParseJson("1.0")->is_double());
  EXPECT_TRUE(ParseJson("1e2")->is_double());
}

// The oracle is the C library's conversion, which is exact.
TEST(Json, ReadsDoublesExactly) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    char text[64];
    const auto exponent = static_cast<int>(random() % 640) - 330;
    std::snprintf(text, sizeof text, "%llu.%llue%d",
                  static_cast<unsigned long long>(random() >> random() % 64),
                  static_cast<unsigned long long>(random()), exponent);
    const double expected = std::strtod(text, nullptr);
    if (std::isinf(expected)) continue;
    const Result<Json> value = ParseJson(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->as_double(), expected) << text;
  }
}

TEST(Json, WritesDoublesThatReadBackExactly) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    const std::string text = SerializeJson(value);
    if (!std::isfinite(value)) {
      EXPECT_EQ(text, "null");
      continue;
    }
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    EXPECT_TRUE(ParseJson(text)->is_double()) << text;
  }
}

Json RandomValue(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<int64_t>(random()) * -2'000'000'000;
    case 3:
      return std::numeric_limits<uint64_t>::max() - random();
    case 4:
      return static_cast<double>(random()) / 7;
    case 5: {
      json::string text;
      for (size_t i = random() % 10; i > 0; --i) text += static_cast<char>(random() % 128);
      return text;
    }
    case 6: {
      json::array array;
      for (size_t i = random() % 5; i > 0; --i) array.push_back(RandomValue(random, depth - 1));
      return array;
    }
    default: {
      json::object object;
      for (size_t i = random() % 5; i > 0; --i)
        object[std::to_string(random())] = RandomValue(random, depth - 1);
      return object;
    }
  }
}

// Boost's own parser reads what we write, and reads the same.
TEST(Json, WritesWhatBoostReads) {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    const Json value = RandomValue(random, 4);
    for (const JsonStyle style : {JsonStyle::kCompact, JsonStyle::kPretty}) {
      const std::string text = SerializeJson(value, style);
      EXPECT_EQ(*ParseJson(text), value) << text;
      EXPECT_EQ(SerializeJson(json::parse(text)).size(), SerializeJson(value).size()) << text;
    }
  }
}

TEST(Json, WritesPretty) {
  const Json value = *ParseJson(R"({"z":[1,{"b":[]},{}],"a":"x"})");
  EXPECT_EQ(SerializeJson(value, JsonStyle::kPretty), R"({
  "z": [
    1,
    {
      "b": []
    },
    {}
  ],
  "a": "x"
})");
}

TEST(Json, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(SerializeJson(json::string("a\xff")), "\"a\xef\xbf\xbd\"");
}

// Here because base, where the logger is, has no JSON parser.
TEST(Json, EveryLogLineIsJson) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  ManualClock clock;
  const Logger log(clock, {.fd = write_end.get(), .format = LogFormat::kJson});
  std::mt19937 random(4);
  for (int i = 0; i < 500; ++i) {
    std::string text(random() % (i % 10 == 0 ? 9000 : 20), '\0');
    for (char& c : text) c = static_cast<char>(random());
    log.Info(text, {{"text", text}, {"double", NAN}, {"int", -1}, {"bool", true}, {"again", text}});
    std::string line(Logger::kLineBytesMax + 1, '\0');
    line.resize(static_cast<size_t>(::read(read_end.get(), line.data(), line.size())));
    const Result<Json> value = ParseJson(line);
    ASSERT_TRUE(value) << value.error().message << line;
    EXPECT_EQ(value->at("level"), "info");
    EXPECT_TRUE(value->as_object().contains("again") || value->at("truncated").as_bool());
  }
}

}  // namespace
}  // namespace cairn::data
