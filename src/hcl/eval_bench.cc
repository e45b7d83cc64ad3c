// Evaluating small expressions that were parsed before, as a plan does for each instance of each resource.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "hcl/eval.h"
#include "hcl/functions.h"
#include "hcl/parser.h"
#include "hcl/scope.h"

namespace cairn::hcl {
namespace {

MapScope SmallScope(const FunctionTable* functions) {
  MapScope scope(functions);
  const Value map =
      Value::Map(Type::String(),
                 {{"a", Value::String("one")}, {"b", Value::String("two")}, {"c", Value::String("three")}});
  const Value list = Value::List(Type::Number(), {Value::Int(1), Value::Int(2), Value::Int(3)});
  scope.Set("var",
            Value::Object({{"a", Value::String("prefix")}, {"n", Value::Int(3)}, {"on", Value::Bool(true)}}));
  scope.Set("each", Value::Object({{"key", Value::String("b")}, {"value", Value::Int(2)}}));
  scope.Set("local", Value::Object({{"map", map}, {"list", list}}));
  scope.Set("m", map);
  scope.Set("k", Value::String("b"));
  scope.Set("d", Value::String("none"));
  return scope;
}

void BM_Evaluate(benchmark::State& state, const char* text) {
  const BuiltinFunctions functions;
  const MapScope scope = SmallScope(&functions);
  const ParseResult parsed = ParseExpression(std::make_shared<const Source>("main.tf", text));
  Diagnostics diagnostics = parsed.diagnostics;
  Value value;
  for (auto _ : state) benchmark::DoNotOptimize(value = Evaluate(parsed.tree->root(), scope, diagnostics));
  if (diagnostics.has_errors()) state.SkipWithError(diagnostics[0].detail.c_str());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_Evaluate, template, "\"${var.a}-${each.key}\"");
BENCHMARK_CAPTURE(BM_Evaluate, lookup, "lookup(m, k, d)");
BENCHMARK_CAPTURE(BM_Evaluate, lookup_in_local, "lookup(local.map, each.key, \"none\")");
BENCHMARK_CAPTURE(BM_Evaluate, traversal, "local.map[\"b\"]");
BENCHMARK_CAPTURE(BM_Evaluate, index, "local.list[1]");
BENCHMARK_CAPTURE(BM_Evaluate, arithmetic, "var.n * 2 + 1");
BENCHMARK_CAPTURE(BM_Evaluate, conditional, "var.on ? var.a : \"none\"");
BENCHMARK_CAPTURE(BM_Evaluate, object, "{ Name = var.a, Key = each.key }");
BENCHMARK_CAPTURE(BM_Evaluate, for_of_three, "[for x in local.list : x + 1]");
BENCHMARK_CAPTURE(BM_Evaluate, upper, "upper(var.a)");

}  // namespace
}  // namespace cairn::hcl
