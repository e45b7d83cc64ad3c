// Evaluates an expression with one variable, and says what is wrong where something is.
#include <cstdio>
#include <memory>

#include "hcl/console_print.h"
#include "hcl/eval.h"
#include "hcl/functions.h"
#include "hcl/parser.h"

int main(int argc, char** argv) {
  using namespace cairn::hcl;
  const auto source = std::make_shared<const Source>("argument", argc > 1 ? argv[1] : "upper(name)");
  ParseResult parsed = ParseExpression(source);
  const BuiltinFunctions functions;
  MapScope scope(&functions);
  scope.Set("name", Value::String("cairn"));
  Value value;
  if (!parsed.diagnostics.has_errors()) value = Evaluate(parsed.tree->root(), scope, parsed.diagnostics);
  for (const Diagnostic& diagnostic : parsed.diagnostics) std::fputs(Render(diagnostic).c_str(), stderr);
  if (parsed.diagnostics.has_errors()) return 1;
  std::puts(PrintValue(value).c_str());
}
