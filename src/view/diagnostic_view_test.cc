#include "view/diagnostic_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "data/json.h"
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

NamedParameter ReadParameter(const Node& node) {
  JsonWriter type;
  type.Known(At(node, "type"));
  return {.name = At(node, "name").text,
          .type = hcl::Type::FromJson(data::ParseJson(type.text()).value()).value()};
}

DiagnosticContext ReadContext(const Node& item) {
  DiagnosticContext context{.address = At(item, "address").text};
  const Node& call = At(At(item, "snippet"), "function_call");
  if (call.kind != Node::Kind::kObject) return context;
  const Node& signature = At(call, "signature");
  CalledFunction& function = context.function.emplace();
  function.name = At(call, "called_as").text;
  for (const Node& parameter : At(signature, "params").items) {
    function.parameters.push_back(ReadParameter(parameter));
  }
  const Node& variadic = At(signature, "variadic_param");
  if (variadic.kind == Node::Kind::kObject) function.variadic = ReadParameter(variadic);
  JsonWriter type;
  type.Known(At(signature, "return_type"));
  function.return_type = hcl::Type::FromJson(data::ParseJson(type.text()).value()).value();
  return context;
}

hcl::Diagnostic ReadDiagnostic(const Node& item, const std::shared_ptr<const hcl::Source>& source) {
  hcl::Diagnostic out;
  out.severity = At(item, "severity").text == "error" ? hcl::Severity::kError : hcl::Severity::kWarning;
  out.summary = At(item, "summary").text;
  out.detail = At(item, "detail").text;
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

std::vector<ViewedDiagnostic> Read(const PlanCase& test) {
  std::vector<ViewedDiagnostic> out;
  const auto source = std::make_shared<const hcl::Source>("main.tf", test["main.tf"]);
  const Node root = ParseNode(test["json"]).value();
  for (const Node& item : At(root, "diagnostics").items) {
    out.push_back({ReadDiagnostic(item, source), ReadContext(item)});
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
    for (const auto& [diagnostic, context] : ConsolidateWarnings(Read(test))) {
      plain.push_back(RenderDiagnostic(diagnostic, {}, context));
      coloured.push_back(RenderDiagnostic(diagnostic, {.colour = true}, context));
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

}  // namespace
}  // namespace cairn::view
