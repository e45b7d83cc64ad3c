#include "view/diagnostic_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/called_function.h"
#include "view/json_writer.h"
#include "view/node.h"
#include "view/testing/plan_corpus.h"

namespace cairn::view {
namespace {

using testing::PlanCase;

const Node& At(const Node& node, std::string_view name) {
  static const Node kNull;
  const Node* found = node.Find(name);
  return found ? *found : kNull;
}

uint32_t Number(const Node& node) {
  return ParseInt<uint32_t>(node.text).value_or(0);
}

hcl::NamedParameter ReadParameter(const Node& node) {
  JsonWriter type;
  type.Known(At(node, "type"));
  return {.name = At(node, "name").text,
          .type = hcl::Type::FromJson(data::ParseJson(type.text()).value()).value()};
}

std::shared_ptr<const hcl::CalledFunction> ReadCall(const Node& item) {
  const Node& call = At(At(item, "snippet"), "function_call");
  if (call.kind != Node::Kind::kObject) return nullptr;
  const Node& signature = At(call, "signature");
  auto function = std::make_shared<hcl::CalledFunction>(At(call, "called_as").text);
  for (const Node& parameter : At(signature, "params").items) {
    function->parameters.push_back(ReadParameter(parameter));
  }
  const Node& variadic = At(signature, "variadic_param");
  if (variadic.kind == Node::Kind::kObject) function->variadic = ReadParameter(variadic);
  JsonWriter type;
  type.Known(At(signature, "return_type"));
  function->return_type = hcl::Type::FromJson(data::ParseJson(type.text()).value()).value();
  return function;
}

hcl::Diagnostic ReadDiagnostic(const Node& item, const std::shared_ptr<const hcl::Source>& source) {
  hcl::Diagnostic out;
  out.severity = At(item, "severity").text == "error" ? hcl::Severity::kError : hcl::Severity::kWarning;
  out.summary = At(item, "summary").text;
  out.detail = At(item, "detail").text;
  out.address = At(item, "address").text;
  out.call = ReadCall(item);
  const Node& range = At(item, "range");
  if (range.kind != Node::Kind::kObject) return out;
  const auto size = uint32_t(source->text().size());
  const auto byte = [&](std::string_view end) { return std::min(Number(At(At(range, end), "byte")), size); };
  out.subject = hcl::SourceRange{source, byte("start"), byte("end")};
  const Node& snippet = At(item, "snippet");
  // The context is as many lines as are shown.
  uint32_t begin = 0;
  for (uint32_t line = 1; line < Number(At(snippet, "start_line")); ++line) {
    begin = uint32_t(source->text().find('\n', begin) + 1);
  }
  const auto length = uint32_t(At(snippet, "code").text.size());
  out.context = hcl::SourceRange{source, begin, std::max(begin + length, out.subject->end)};
  for (const Node& value : At(snippet, "values").items) {
    out.values.push_back(At(value, "traversal").text + " " + At(value, "statement").text);
  }
  return out;
}

hcl::Diagnostics Read(const PlanCase& test) {
  hcl::Diagnostics out;
  const auto source = std::make_shared<const hcl::Source>("main.tf", test["main.tf"]);
  const Node root = ParseNode(test["json"]).value();
  for (const Node& item : At(root, "diagnostics").items) {
    out.Add(ReadDiagnostic(item, source));
  }
  return out;
}

// In any order: terraform's is that of its walk.
void ExpectTogether(std::vector<std::string> parts, std::string text, const std::string& name) {
  for (const std::string& part : parts) {
    const size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << name << ":\n" << part;
    if (at != std::string::npos) text.erase(at, part.size());
  }
  EXPECT_EQ(text, "") << name;
}

TEST(DiagnosticView, IsWhatTerraformPrints) {
  for (const PlanCase& test : testing::ReadCases("diagnostics")) {
    std::vector<std::string> plain;
    std::vector<std::string> coloured;
    for (const hcl::Diagnostic& diagnostic : ConsolidateWarnings(Read(test))) {
      plain.push_back(RenderDiagnostic(diagnostic));
      coloured.push_back(RenderDiagnostic(diagnostic, {.colour = true}));
    }
    ExpectTogether(plain, test["plain"], test.name);
    ExpectTogether(coloured, test["in colour"], test.name);
  }
}

TEST(DiagnosticView, IsTerraformsJson) {
  for (const PlanCase& test : testing::ReadCases("diagnostics")) {
    EXPECT_EQ(WriteValidateJson(Read(test)), test["json"]) << test.name;
  }
}

TEST(DiagnosticView, ArrangesByPlaceAndDropsWhatIsSaidTwice) {
  const auto a = std::make_shared<const hcl::Source>("a.tf", "abc");
  const auto b = std::make_shared<const hcl::Source>("b.tf", "abc");
  hcl::Diagnostics given;
  given.AddError("Third", "", hcl::SourceRange{b, 0, 1});
  given.AddError("Second", "", hcl::SourceRange{a, 1, 2});
  given.AddError("Second", "", hcl::SourceRange{a, 1, 2});
  given.AddError("First", "");
  given.AddWarning("Warning", "", hcl::SourceRange{b, 2, 3});
  std::vector<std::string> summaries;
  for (const hcl::Diagnostic& one : Arrange(given)) summaries.push_back(one.summary);
  EXPECT_EQ(summaries, (std::vector<std::string>{"Warning", "First", "Second", "Third"}));
}

}  // namespace
}  // namespace cairn::view
