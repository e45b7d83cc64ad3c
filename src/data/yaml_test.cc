#include "data/yaml.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/strings.h"

namespace cairn::data {
namespace {

struct Case {
  std::string_view yaml;
  std::string_view answer;
};

// All documents as one line of JSON each.
std::string Read(std::string_view text, const YamlLimits& limits = {}) {
  const Result<std::vector<Json>> documents = ParseYaml(text, limits);
  if (!documents) return documents.error().message;
  std::string out;
  for (const Json& document : *documents) out += SerializeJson(document) + "\n";
  return out;
}

// The answers of sigs.k8s.io/yaml v1.4.0.
constexpr Case kKubernetesAnswers[] = {
    {"a:\n  b\n  c", "{\"a\":\"b c\"}"},
    {"a: b\n... \n# c\n", "{\"a\":\"b\"}"},
    {"a:\n b:\n c: d", "{\"a\":{\"b\":null,\"c\":\"d\"}}"},
    {"a: 1", "{\"a\":1}"},
    {"{a: 1, b}", "{\"a\":1,\"b\":null}"},
    {"[a: b]", "[{\"a\":\"b\"}]"},
    {"- a\n-  b\n - c", "[\"a\",\"b - c\"]"},
    {"a:\n  - 1\n  -\n  - x: y\n    z: w\n", "{\"a\":[1,null,{\"x\":true,\"z\":\"w\"}]}"},
    {"? a\n: b", "{\"a\":\"b\"}"},
    {"|\n  lit\n   eral\n", "\"lit\\n eral\\n\""},
    {"a: >-\n  fold\n  ed\n\n  x\n", "{\"a\":\"fold ed\\nx\"}"},
    {"a: |+\n  x\n\nb: 1", "{\"a\":\"x\\n\\n\",\"b\":1}"},
    {"'it''s'", "\"it's\""},
    {"\"\\u00e9\\n\\x41\\U0001F600\"",
     "\"\xc3"
     "\xa9"
     "\\nA\xf0"
     "\x9f"
     "\x98"
     "\x80"
     "\""},
    {"a: &x 1\nb: *x", "{\"a\":1,\"b\":1}"},
    {"!!str 1", "\"1\""},
    {"!!int \"7\"", "7"},
    {"!!float 3", "3"},
    {"k: !!str", "{\"k\":\"\"}"},
    {"!!map {a: 1}", "{\"a\":1}"},
    {"a:\t1", "{\"a\":1}"},
    {"a: 'x\n  y'", "{\"a\":\"x y\"}"},
    {"---\n...\n", "null"},
    {"- - - a\n    - b", "[[[\"a\",\"b\"]]]"},
    {"{a: [b, {c: d}]}", "{\"a\":[\"b\",{\"c\":\"d\"}]}"},
    {"{a}", "{\"a\":null}"},
    {"[a,]", "[\"a\"]"},
    {"a: b #c", "{\"a\":\"b\"}"},
    {"a: b#c", "{\"a\":\"b#c\"}"},
    {"a: !!null ''", "{\"a\":null}"},
    {"? a", "{\"a\":null}"},
    {"{? a}", "{\"a\":null}"},
    {"{a: }", "{\"a\":null}"},
    {"1: a\ntrue: b\n1.5: c", "{\"1\":\"a\",\"1.5\":\"c\",\"true\":\"b\"}"},
    {"- !!str null\n- !!null null\n- null", "[\"null\",null,null]"},
    {"a: \"x\\\n  y\"", "{\"a\":\"xy\"}"},
    {"\xef"
     "\xbb"
     "\xbf"
     "a: 1",
     "{\"a\":1}"},
    {"a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}"},
    {"x: &a", "{\"x\":null}"},
    {"x: &a\ny: *a", "{\"true\":null,\"x\":null}"},
    {"- &a a\n- &a b\n- *a", "[\"a\",\"b\",\"b\"]"},
    {"plain\n multi\n line", "\"plain multi line\""},
    {"a: 0x", "{\"a\":\"0x\"}"},
    {"a: ---", "{\"a\":\"---\"}"},
    {"a: --- b", "{\"a\":\"--- b\"}"},
    {"a]: b", "{\"a]\":\"b\"}"},
    {"\"a\": 1", "{\"a\":1}"},
    {"{\"a\":1}", "{\"a\":1}"},
    {"{a:1}", "{\"a:1\":null}"},
    {"{\"a\":[1,2.0,-3e2,null,true,\"x\"]}", "{\"a\":[1,2,-300,null,true,\"x\"]}"},
    {"a: &b !!str 5\nc: *b", "{\"a\":\"5\",\"c\":\"5\"}"},
    {"- |\n a\n- >\n b\n", "[\"a\\n\",\"b\\n\"]"},
    {"a: !<tag:yaml.org,2002:str> 5", "{\"a\":\"5\"}"},
    {"%TAG !e! tag:yaml.org,2002:\n---\n!e!str 5", "\"5\""},
    {"a:\n- b\n- c\nd: e", "{\"a\":[\"b\",\"c\"],\"d\":\"e\"}"},
    {"-", "[null]"},
    {"- ", "[null]"},
    {"a: {b: c,\n d: e}\nf: [g,\n h]", "{\"a\":{\"b\":\"c\",\"d\":\"e\"},\"f\":[\"g\",\"h\"]}"},
};

TEST(Yaml, ReadsWhatKubernetesReads) {
  for (const auto& [text, expected] : kKubernetesAnswers) {
    Result<std::vector<Json>> documents = ParseYaml(text);
    ASSERT_TRUE(documents) << text << documents.error().message;
    if (documents->empty()) documents->emplace_back();
    EXPECT_EQ(documents->at(0), *ParseJson(expected)) << text;
  }
}

// Each of these is an error to sigs.k8s.io/yaml v1.4.0 as well.
TEST(Yaml, SaysWhereTheMistakeIs) {
  const Case cases[] = {
      {"a: b\nc\n", "line 2, column 1: a key without ':'"},
      {"a: b\nc\nd: e", "line 3, column 2: illegal map value"},
      {"- a\n- b\nc", "line 3, column 1: text after the end of the document"},
      {"{a: b", "line 1, column 1: a collection is not closed, or used as a key"},
      {"- [a\n- b", "line 1, column 3: a collection is not closed, or used as a key"},
      {"a: [b\nc: d", "line 2, column 2: end of sequence flow not found"},
      {"a: \"b", "line 2, column 1: illegal document indicator in scalar"},
      {"a: 'b\nc: d", "line 3, column 1: illegal document indicator in scalar"},
      {"a: b\n c: d", "line 2, column 3: illegal map value"},
      {"a: b: c", "line 1, column 5: illegal map value"},
      {"[1,2", "line 1, column 1: a collection is not closed, or used as a key"},
      {"a: [1,2] x", "line 1, column 10: end of map not found"},
      {"? [a]\n: b", "line 1, column 3: a collection is not closed, or used as a key"},
      {"&a [*a]", "line 1, column 5: an alias within the value that it stands for"},
      {"*u", "line 1, column 1: the referenced anchor is not defined"},
      {"a: 1\na: 2", "line 2, column 1: duplicate key \"a\""},
      {"<<: 1", "line 1, column 5: only mappings can be merged"},
      {"!!int x", "line 1, column 1: \"x\" is no value of tag !!int"},
      {"\ta: 1", "line 1, column 3: illegal map value"},
      {"a: b\nc", "line 2, column 1: a key without ':'"},
      {"key: - a", "line 1, column 6: illegal block entry"},
      {"a: @b", "line 1, column 4: unknown token"},
      {"a: `b", "line 1, column 4: unknown token"},
      {"a: %b", "line 1, column 4: unknown token"},
      {"a: 'x' y", "line 1, column 8: end of map not found"},
      {"null: a", "line 1, column 1: a key must not be null"},
      {"~: a", "line 1, column 1: a key must not be null"},
      {"a: |\n\tx", "line 2, column 1: illegal tab when looking for indentation"},
      {"a: -", "line 1, column 4: illegal block entry"},
      {"a: ]", "line 1, column 4: illegal flow end"},
      {"[1]: x", "line 1, column 1: a collection is not closed, or used as a key"},
      {"a: \"\\x\"", "line 2, column 1: bad character found while scanning hex number"},
      {"?", "line 2, column 1: a key must not be null"},
      {"a: *b", "line 1, column 4: the referenced anchor is not defined"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(Read(text), expected) << text;
    EXPECT_EQ(ParseYaml(text).error().code, ErrorCode::kInvalid) << text;
  }
}

TEST(Yaml, ReadsAllDocuments) {
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("# nothing\n\n"), "");
  EXPECT_EQ(Read("---\n---\n"), "null\nnull\n");
  EXPECT_EQ(Read("--- a\n--- b\n...\n"), "\"a\"\n\"b\"\n");
  EXPECT_EQ(Read("a: b\n...\nc: d"), "{\"a\":\"b\"}\n{\"c\":\"d\"}\n");
  EXPECT_EQ(Read("a: 1 # x\n...\n%YAML 1.2\n---\nb\n"), "{\"a\":1}\n\"b\"\n");
  EXPECT_EQ(Read("---\na: |\n  ---x\n  ...\n---\nb"), "{\"a\":\"---x\\n...\\n\"}\n\"b\"\n");
}

// Kubernetes' reader looks at the first document only and does not see these.
TEST(Yaml, RefusesTextAfterADocument) {
  EXPECT_EQ(Read("\"a\":1"), "line 1, column 4: text after the end of the document");
  EXPECT_EQ(Read(" a: b\nc: d"), "line 2, column 1: text after the end of the document");
  EXPECT_EQ(Read("'a'\n---\n'b'\n'c'"), "line 4, column 1: text after the end of the document");
  EXPECT_EQ(Read("\"a\"\n---x"), "line 2, column 1: text after the end of the document");
}

TEST(Yaml, RefusesWhatJsonDoesNotHave) {
  EXPECT_EQ(Read("a: .inf"), "line 1, column 4: .inf has no counterpart in JSON");
  EXPECT_EQ(Read("- -.inf"), "line 1, column 3: -.inf has no counterpart in JSON");
  EXPECT_EQ(Read("? [a]\n: b"), "line 1, column 3: a collection is not closed, or used as a key");
  EXPECT_EQ(Read("!local x"), "line 1, column 1: tag !local is not supported");
  EXPECT_EQ(Read("!x {a: 1}"), "line 1, column 1: tag !x is not supported here");
  EXPECT_EQ(Read("!<x> {a: 1}"), "line 1, column 1: tag x is not supported here");
  EXPECT_EQ(Read("a: \"\\ud83d\\ude00\""), "line 1, column 11: invalid unicode: 55357");
}

TEST(Yaml, RefusesBytesThatAreNoText) {
  EXPECT_EQ(Read("a: \xff"), "line 1, column 4: not UTF-8");
  EXPECT_EQ(Read("a: 1\nb: \x01"), "line 2, column 4: a control character");
  EXPECT_EQ(Read(std::string_view("a\0:\0", 4)), "line 1, column 2: a control character");
}

// The specification's merge key (https://yaml.org/type/merge.html): "keys in mapping nodes earlier in the
// sequence override keys specified in later mapping nodes", and none overrides one of the mapping itself.
TEST(Yaml, MergesMappings) {
  EXPECT_EQ(Read("b: &b {x: 1, z: 1}\nc:\n  x: 0\n  <<: *b\n  w: 2\n"),
            "{\"b\":{\"x\":1,\"z\":1},\"c\":{\"x\":0,\"w\":2,\"z\":1}}\n");
  EXPECT_EQ(Read("<<: [{a: 1},{a: 2, c: 3}]"), "{\"a\":1,\"c\":3}\n");
  EXPECT_EQ(Read("<<: {a: 1}\na: 2"), "{\"a\":2}\n");
  EXPECT_EQ(Read("\"<<\": 1"), "{\"<<\":1}\n");
  EXPECT_EQ(Read("- <<"), "[\"<<\"]\n");
}

TEST(Yaml, AnchorsEndWithTheirDocument) {
  EXPECT_EQ(Read("- &a a\n- &a b\n- *a"), "[\"a\",\"b\",\"b\"]\n");
  EXPECT_EQ(Read("&a x\n---\n*a"), "line 3, column 1: the referenced anchor is not defined");
}

TEST(Yaml, BoundsDepth) {
  EXPECT_TRUE(ParseYaml(std::string(64, '[') + std::string(64, ']')));
  EXPECT_EQ(ParseYaml(std::string(65, '[') + std::string(65, ']')).error().code, ErrorCode::kOverloaded);
  for (const char* opening : {"[", "{a: ", "- ", "? ", "a:\n", "[{a: "}) {
    std::string text;
    while (text.size() < 500'000) text += opening;
    EXPECT_FALSE(ParseYaml(text + "x")) << opening;
  }
  // Each line is flat, and stands for one level more than the line before.
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) chain += Format("a{}: &a{} [*a{}]\n", i, i, i - 1);
  EXPECT_EQ(Read(chain), "line 64, column 12: more than 64 levels");
}

TEST(Yaml, BoundsWhatAliasesStandFor) {
  std::string laughs = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 50; ++i) laughs += Format("a{}: &a{} [*a{}, *a{}]\n", i, i, i - 1, i - 1);
  EXPECT_EQ(ParseYaml(laughs).error().code, ErrorCode::kOverloaded);
  std::string copies = "a: &a " + std::string(10'000, 'x') + "\nb:\n";
  for (int i = 0; i < 200; ++i) copies += "- *a\n";
  EXPECT_TRUE(ParseYaml(copies));
  EXPECT_EQ(ParseYaml(copies, {.expanded_bytes_max = 1'000'000}).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(ParseYaml("abcd", {.bytes_max = 3}).error().message, "more than 3 bytes of YAML");
}

// YAML is a superset of JSON: what the JSON serializer writes is read as the same value.
TEST(Yaml, ReadsJson) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    boost::json::object object;
    for (size_t members = random() % 6; members > 0; --members) {
      std::string text;
      for (size_t size = random() % 12; size > 0; --size) text += static_cast<char>(random() % 128);
      boost::json::object inner;
      inner.emplace("number", static_cast<int64_t>(random()) - 1'000'000'000);
      inner.emplace("half", static_cast<double>(random()) + 0.5);
      object.emplace(text, random() % 2 == 0 ? Json(boost::json::string(text)) : Json(inner));
    }
    for (const JsonStyle style : {JsonStyle::kCompact, JsonStyle::kPretty}) {
      const std::string text = SerializeJson(object, style);
      const Result<std::vector<Json>> documents = ParseYaml(text);
      ASSERT_TRUE(documents) << text << documents.error().message;
      EXPECT_EQ(documents->at(0), Json(object)) << text;
    }
  }
}

}  // namespace
}  // namespace cairn::data
