// What terraform makes of type constraints: tests/hcl/README.md.

#include "hcl/type_constraint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "hcl/console_print.h"
#include "hcl/convert.h"
#include "hcl/eval.h"
#include "hcl/parser.h"
#include "hcl/testing/console_corpus.h"

namespace cairn::hcl {
namespace {

ParseResult Parse(std::string_view text) {
  return ParseExpression(std::make_shared<const Source>("main.tf", std::string(text)));
}

ConsoleAnswerText Answer(std::string_view text) {
  constexpr std::string_view kValue = "\n<- ";
  const size_t value_at = std::min(text.find(kValue), text.size());
  const ParseResult parsed = Parse(text.substr(0, value_at));
  Diagnostics diagnostics = parsed.diagnostics;
  const TypeConstraint constraint = ReadVariableType(parsed.tree->root(), diagnostics);
  ConsoleAnswerText answer;
  for (const Diagnostic& diagnostic : diagnostics) answer.diagnostics.push_back(ShowDiagnostic(diagnostic));
  std::ranges::sort(answer.diagnostics);
  if (!diagnostics.empty()) return answer;
  if (value_at == text.size()) {
    answer.printed = PrintType(constraint.type);
    return answer;
  }
  const ParseResult value = Parse(text.substr(value_at + kValue.size()));
  const Value given = Evaluate(value.tree->root(), MapScope(), diagnostics);
  const auto converted = Convert(ApplyDefaults(constraint.defaults, given), constraint.type);
  answer.printed = converted ? PrintValue(*converted) : converted.error().Text();
  return answer;
}

TEST(TypeConstraint, AgreesWithTerraform) {
  const char* folder = std::getenv("CAIRN_SOURCE_DIR");
  const auto path = std::filesystem::path(folder ? folder : ".") / "tests/hcl/types/constraints.txt";
  const auto text = ReadFile(path.string(), /*bytes_max=*/1 << 20);
  ASSERT_TRUE(text) << text.error().message;
  const std::vector<ConsoleCase> cases = ReadConsoleCases(*text);
  EXPECT_GT(cases.size(), 90u);
  for (const ConsoleCase& one : cases) {
    EXPECT_EQ(Answer(one.expression).Text(), one.theirs.Text()) << one.expression;
  }
}

TEST(TypeConstraint, SaysNothingOfWhatTheParserHasReported) {
  const ParseResult parsed = Parse("list(");
  Diagnostics diagnostics;
  ReadTypeConstraint(parsed.tree->root(), diagnostics);
  EXPECT_LE(diagnostics.size(), 1u);
}

}  // namespace
}  // namespace cairn::hcl
