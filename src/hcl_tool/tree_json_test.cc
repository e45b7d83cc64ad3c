#include "hcl_tool/tree_json.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/parser.h"

namespace cairn::hcl_tool {
namespace {

std::shared_ptr<const hcl::SyntaxTree> Tree(std::string text) {
  return hcl::ParseFile(std::make_shared<const hcl::Source>("t.tf", std::move(text))).tree;
}

TEST(TreeJson, ShowsNamesTextsOperatorsAndRanges) {
  EXPECT_EQ(TreeJson(Tree("a = !b\n")->root().child(0)),
            R"({"kind":"attribute","name":"a",)"
            R"("range":{"start":{"line":1,"column":1,"byte":0},"end":{"line":1,"column":7,"byte":6}},)"
            R"("children":[{"kind":"unary","operator":"!",)"
            R"("range":{"start":{"line":1,"column":5,"byte":4},"end":{"line":1,"column":7,"byte":6}},)"
            R"("children":[{"kind":"variable","name":"b",)"
            R"("range":{"start":{"line":1,"column":6,"byte":5},"end":{"line":1,"column":7,"byte":6}}}]}]})");
}

size_t CountNodes(hcl::Node node) {
  size_t count = 1;
  for (const hcl::Node child : node.children()) count += CountNodes(child);
  return count;
}

TEST(TreeJson, IsJsonWithAllNodes) {
  const auto tree = Tree(R"(a "b" c {
  d = [for k, v in x : "${k}%{if v}y%{else}z%{endif}" if v]
  e = { for k in y : k => v... }
  f = g(h...) ? -1 * (2 + i.j[0].*.k) : l[*].m.0
  n = <<E
%{for o in p}${~o~}%{endfor}
E
  q = { r = null, (s) : true }
}
)");
  const std::string json = TreeJson(tree->root());
  EXPECT_TRUE(data::ParseJson(json)) << json;
  size_t kinds = 0;
  for (size_t at = 0; (at = json.find(R"({"kind":)", at)) != json.npos; ++at) ++kinds;
  EXPECT_EQ(kinds, CountNodes(tree->root()));
  EXPECT_EQ(json.find(R"("kind":"error")"), json.npos);
  size_t ellipses = 0;
  for (size_t at = 0; (at = json.find(R"("ellipsis":true)", at)) != json.npos; ++at) ++ellipses;
  EXPECT_EQ(ellipses, 2u);
}

// Every range, against what the source itself says.
void ExpectRanges(hcl::Node node, const std::string& json, size_t& at) {
  const auto shown = [](const hcl::Position& position) {
    return Format(R"({{"line":{},"column":{},"byte":{}}})", position.line, position.column, position.byte);
  };
  const hcl::SourceRange range = node.range();
  at = json.find(R"("range":)", at);
  ASSERT_NE(at, json.npos);
  const std::string expected = Format(R"("range":{{"start":{},"end":{}}})", shown(range.start_position()),
                                      shown(range.end_position()));
  EXPECT_EQ(json.substr(at, expected.size()), expected);
  at += expected.size();
  for (const hcl::Node child : node.children()) ExpectRanges(child, json, at);
}

TEST(TreeJson, CountsColumnsAsTheSourceDoes) {
  const auto tree = Tree(
      "a = [\"\u0301\", \"é${ü}\", \"👨\u200d👩\u200d👧\", b]\r\n"
      "c = <<E\r\n  日本${\nd}\r\nE\r\n\n# é\ne \"ö\" {\n\tf = -1\n}");
  size_t at = 0;
  ExpectRanges(tree->root(), TreeJson(tree->root()), at);
}

TEST(DiagnosticsJson, CountsAndPlaces) {
  EXPECT_EQ(DiagnosticsJson({}), R"({"valid":true,"error_count":0,"warning_count":0,"diagnostics":[]})");
  const auto source = std::make_shared<const hcl::Source>("t.tf", "é = \"b\nc\"\n");
  hcl::Diagnostics diagnostics;
  diagnostics.AddWarning("W", "w");
  diagnostics.AddError("E", "e", hcl::SourceRange{source, 5, 9});
  EXPECT_EQ(DiagnosticsJson(diagnostics, ",\"more\":1"),
            R"({"valid":false,"error_count":1,"warning_count":1,"diagnostics":[)"
            R"({"severity":"warning","summary":"W","detail":"w"},)"
            R"({"severity":"error","summary":"E","detail":"e","range":{"filename":"t.tf",)"
            R"("start":{"line":1,"column":5,"byte":5},"end":{"line":2,"column":2,"byte":9}},)"
            R"("snippet":{"context":null,"code":"é = \"b\nc\"","start_line":1,)"
            R"("highlight_start_offset":5,"highlight_end_offset":9,"values":[]}}],"more":1})");
}

}  // namespace
}  // namespace cairn::hcl_tool
