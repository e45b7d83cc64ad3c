#include "hcl/console.h"

#include "hcl/console_print.h"
#include "hcl/eval.h"

namespace cairn::hcl {

std::optional<std::string> ConsoleAnswer(Node expression, const Scope& scope, Diagnostics& diagnostics) {
  const Value value = Evaluate(expression, scope, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  if (value.Has(Marks::kType) && value.kind() == TypeKind::kTuple && value.HasContent()) {
    return std::string(value.elements()[0].AsString());
  }
  if ((value.MarksWithin() & Marks::kType) != Marks::kNone) {
    diagnostics.AddError("Invalid use of type function",
                         "The console-only \"type\" function cannot be used as part of an expression.");
    return std::nullopt;
  }
  return PrintValue(value);
}

}  // namespace cairn::hcl
