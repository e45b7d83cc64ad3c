// The bounds of an evaluation. What expressions are is compared with terraform's answers in
// console_corpus_test.cc.

#include "hcl/eval.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "hcl/functions.h"
#include "hcl/parser.h"

namespace cairn::hcl {
namespace {

size_t CountErrors(std::string_view text, const EvaluationLimits& limits, std::string_view summary) {
  const BuiltinFunctions functions;
  const MapScope scope(&functions);
  const ParseResult parsed = ParseExpression(std::make_shared<const Source>("main.tf", std::string(text)));
  EXPECT_TRUE(parsed.diagnostics.empty());
  Diagnostics diagnostics;
  const Value value = Evaluate(parsed.tree->root(), scope, diagnostics, limits);
  EXPECT_TRUE(diagnostics.empty() || !value.IsWhollyKnown());
  size_t count = 0;
  for (const Diagnostic& diagnostic : diagnostics) count += diagnostic.summary == summary ? 1 : 0;
  return count;
}

TEST(EvaluationLimits, EndLoopsWithinLoops) {
  constexpr std::string_view kLoops = "[for a in range(100) : [for b in range(100) : a]]";
  EXPECT_EQ(CountErrors(kLoops, {.rounds_max = 1000}, "Too many iterations"), 1u);
  EXPECT_EQ(CountErrors(kLoops, {.rounds_max = 10'100}, "Too many iterations"), 0u);
}

TEST(EvaluationLimits, EndTextsThatGrow) {
  std::string text = "\"a\"";
  for (int i = 0; i < 6; ++i) text = "replace(" + text + ", \"\", \"0123456789\")";
  EXPECT_EQ(CountErrors(text, {.bytes_max = 10'000}, "Values too large"), 1u);
  EXPECT_EQ(CountErrors(text, {}, "Values too large"), 0u);
}

TEST(EvaluationLimits, EndCollectionsThatGrow) {
  std::string text = "[1]";
  for (int i = 0; i < 12; ++i) text = "[for x in [" + text + "] : concat(x, x, x)][0]";
  EXPECT_EQ(CountErrors(text, {.bytes_max = 1'000'000}, "Values too large"), 1u);
}

TEST(EvaluationLimits, EndSharedPartsThatDouble) {
  std::string doubled = "1";
  for (int i = 0; i < 60; ++i) doubled = "[for a in [" + doubled + "] : [a, a]]";
  EXPECT_EQ(CountErrors(doubled, {}, "Values too large"), 1u);
  EXPECT_EQ(CountErrors("[[1, 1], [1, 1]]", {.weight_max = 6}, "Values too large"), 1u);
  EXPECT_EQ(CountErrors("[[1, 1], [1, 1]]", {.weight_max = 7}, "Values too large"), 0u);
  EXPECT_EQ(CountErrors("{a = [1], b = {}}", {.weight_max = 3}, "Values too large"), 1u);
  EXPECT_EQ(CountErrors("{a = [1], b = {}}", {.weight_max = 4}, "Values too large"), 0u);
}

TEST(EvaluationLimits, EndTextsThatLoopsRepeat) {
  constexpr std::string_view kLoops =
      "\"%{ for a in range(100) }%{ for b in range(100) }0123456789%{ endfor }%{ endfor }\"";
  EXPECT_EQ(CountErrors(kLoops, {.weight_max = 1000}, "Values too large"), 1u);
  EXPECT_EQ(CountErrors(kLoops, {.weight_max = 4000}, "Values too large"), 0u);
}

TEST(EvaluationLimits, CountNumbersAsTheyAreWritten) {
  EXPECT_EQ(CountErrors("[for a in range(1000) : 1e19000]", {.weight_max = 100'000}, "Values too large"), 1u);
  EXPECT_EQ(CountErrors("[for a in range(1000) : 1e-9]", {.weight_max = 100'000}, "Values too large"), 0u);
}

// What `try` does not show is no less missing.
TEST(EvaluationLimits, AreReportedAfterATryThatReachedThem) {
  EXPECT_EQ(CountErrors("[try([1, 2, 3, 4], 1), [1, 2, 3, 4]]", {.weight_max = 4}, "Values too large"), 1u);
  EXPECT_EQ(CountErrors("[try([1, 2, 3, 4], 1), 2]", {.weight_max = 4}, "Values too large"), 0u);
  EXPECT_EQ(CountErrors("[can([for a in range(9) : a]), [for a in range(9) : a]]", {.rounds_max = 12},
                        "Too many iterations"),
            1u);
}

TEST(EvaluationLimits, EndErrors) {
  EXPECT_EQ(CountErrors("[for a in range(1000) : a.b]", {.errors_max = 10}, "Unsupported attribute"), 10u);
}

TEST(EvaluationLimits, EndDepth) {
  const std::string text = std::string(60, '[') + std::string(60, ']');
  EXPECT_EQ(CountErrors(text, {.depth_max = 50}, "Expression nested too deeply"), 1u);
  EXPECT_EQ(CountErrors(text, {.depth_max = 60}, "Expression nested too deeply"), 0u);
}

}  // namespace
}  // namespace cairn::hcl
