#include "hcl/body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "hcl/functions.h"

namespace cairn::hcl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Body Parse(const std::string& name, const std::string& text) {
  ParsedBody parsed = ParseBody(std::make_shared<const Source>(name, text));
  EXPECT_TRUE(parsed.diagnostics.empty()) << parsed.diagnostics[0].summary << "\n" << text;
  return parsed.body;
}

std::vector<std::string> Summaries(const Diagnostics& diagnostics) {
  std::vector<std::string> found;
  for (const Diagnostic& diagnostic : diagnostics) found.push_back(diagnostic.summary);
  return found;
}

constexpr const char* kNative = R"(
count = 2
resource "aws_instance" "a" {
  ami = "${var.a}-\"x\""
  tags = { b = local.b }
  disk {
    size = 1
  }
  disk {
    size = [1, true, null]
  }
}
resource "aws_instance" "b" {}
)";

constexpr const char* kJson = R"({
  "//": "a comment",
  "count": 2,
  "resource": {"aws_instance": [
    {"a": {
      "ami": "${var.a}-\"x\"",
      "tags": {"b": "${local.b}"},
      "disk": [{"size": 1}, {"size": [1, true, null], "//": 2}]
    }},
    {"b": {}}
  ]}
})";

const BodySchema kSchema{.attributes = {{"count"}}, .blocks = {{"resource", {"type", "name"}}}};
const BodySchema kResource{.attributes = {{"ami"}, {"tags"}, {"missing"}}, .blocks = {{"disk"}}};
const BodySchema kDisk{.attributes = {{"size", true}}};

class BothSyntaxes : public testing::TestWithParam<bool> {
 protected:
  Body body() const { return GetParam() ? Parse("main.tf.json", kJson) : Parse("main.tf", kNative); }
};

TEST_P(BothSyntaxes, HoldTheSame) {
  Diagnostics diagnostics;
  MapScope scope;
  scope.Set("var", Value::Object({{"a", Value::String("A")}}));
  scope.Set("local", Value::Object({{"b", Value::Int(7)}}));

  const Content file = body().GetContent(kSchema, diagnostics);
  EXPECT_EQ(file.Get("count").Evaluate(scope, diagnostics), Value::Int(2));
  ASSERT_EQ(file.blocks.size(), 2u);
  EXPECT_THAT(file.blocks[0].labels(), ElementsAre("aws_instance", "a"));
  EXPECT_THAT(file.blocks[1].labels(), ElementsAre("aws_instance", "b"));
  EXPECT_EQ(file.blocks[0].type(), "resource");
  EXPECT_EQ(file.blocks[0].label_range(1).text(), "\"a\"");

  const Content resource = file.blocks[0].body().GetContent(kResource, diagnostics);
  EXPECT_EQ(resource.Get("ami").Evaluate(scope, diagnostics), Value::String("A-\"x\""));
  EXPECT_EQ(resource.Get("tags").Evaluate(scope, diagnostics), Value::Object({{"b", Value::Int(7)}}));
  EXPECT_FALSE(resource.Find("missing"));
  ASSERT_EQ(resource.blocks.size(), 2u);
  const Content disk = resource.blocks[1].body().GetContent(kDisk, diagnostics);
  EXPECT_EQ(disk.Get("size").Evaluate(scope, diagnostics),
            Value::Tuple({Value::Int(1), Value::Bool(true), Value()}));
  EXPECT_THAT(Summaries(diagnostics), IsEmpty());
}

TEST_P(BothSyntaxes, GiveTheRestOnce) {
  Diagnostics diagnostics;
  Body rest;
  const Content first = body().PartialContent({.attributes = {{"count"}}}, rest, diagnostics);
  EXPECT_TRUE(first.Find("count"));
  const Content second = rest.GetContent({.blocks = {{"resource", {"type", "name"}}}}, diagnostics);
  EXPECT_EQ(second.blocks.size(), 2u);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_FALSE(rest.GetContent(kSchema, diagnostics).Find("count"));
  Body nothing;
  rest.PartialContent(kSchema, nothing, diagnostics);
  EXPECT_TRUE(nothing.GetContent({}, diagnostics).blocks.empty());
  EXPECT_TRUE(diagnostics.empty());
}

TEST_P(BothSyntaxes, TellWhichVariablesAreRead) {
  Diagnostics diagnostics;
  const Body file = body();
  const Content resource =
      file.GetContent(kSchema, diagnostics).blocks[0].body().GetContent(kResource, diagnostics);
  const auto references = resource.Get("ami").References();
  ASSERT_EQ(references.size(), 1u);
  EXPECT_EQ(references[0].root, "var");
  EXPECT_EQ(references[0].range().text(), "var.a");
}

INSTANTIATE_TEST_SUITE_P(Syntax, BothSyntaxes, testing::Bool(),
                         [](const auto& json) { return json.param ? "Json" : "Native"; });

TEST(JsonExpression, IsAReferenceOrACallWhereItIsWrittenAsOne) {
  Diagnostics diagnostics;
  const Body body =
      Parse("a.tf.json", R"json({"a": ["x.y[0]", "list(string)"], "b": "any", "c": "1 +", "d": 1})json");
  const std::vector<Argument> arguments = body.JustAttributes(diagnostics);
  const auto list = arguments[0].expression().AsList();
  ASSERT_TRUE(list && list->size() == 2);
  const auto reference = (*list)[0].AsReference(diagnostics);
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->root, "x");
  EXPECT_EQ(reference->steps.size(), 2u);
  EXPECT_EQ(AsCall((*list)[1].AsNode())->name, "list");
  EXPECT_EQ(arguments[1].expression().AsKeyword(), "any");
  EXPECT_FALSE(arguments[2].expression().AsNode());
  EXPECT_FALSE(arguments[3].expression().AsReference(diagnostics));
  EXPECT_THAT(Summaries(diagnostics), ElementsAre("Invalid expression"));
}

TEST(JsonExpression, PointsAtTheFileBehindEscapesToo) {
  const Body body = Parse("a.tf.json", R"({"a": "\"\u00e9\" ${b.\u0063}"})");
  Diagnostics diagnostics;
  const auto argument = body.JustAttributes(diagnostics)[0];
  const auto references = argument.expression().References();
  ASSERT_EQ(references.size(), 1u);
  EXPECT_EQ(references[0].range().text(), "b.\\u0063");
  EXPECT_EQ(references[0].steps[0].name, "c");
  MapScope scope;
  scope.Set("b", Value::Object({}));
  argument.expression().Evaluate(scope, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].subject->text(), ".\\u0063");
}

TEST(JsonExpression, IsNoTemplateWhereNothingMayBeRead) {
  Diagnostics diagnostics;
  const Body body = Parse("a.tf.json", R"({"a": "${b}"})");
  EXPECT_EQ(body.JustAttributes(diagnostics)[0].expression().EvaluateLiteral(diagnostics),
            Value::String("${b}"));
}

}  // namespace
}  // namespace cairn::hcl
