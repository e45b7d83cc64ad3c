#include "hcl/console.h"

#include "hcl/console_print.h"
#include "hcl/eval.h"
#include "hcl/functions.h"

namespace cairn::hcl {

std::optional<std::string> ConsoleAnswer(Node expression, const Scope& scope, Diagnostics& diagnostics) {
  const Value value = Evaluate(expression, scope, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  if (value.Has(kTypeMark) && value.kind() == TypeKind::kTuple && value.HasContent()) {
    return std::string(value.elements()[0].AsString());
  }
  if ((value.MarksWithin() & kTypeMark) != Marks::kNone) {
    diagnostics.AddError("Invalid use of type function",
                         "The console-only \"type\" function cannot be used as part of an expression.");
    return std::nullopt;
  }
  return PrintValue(value);
}

}  // namespace cairn::hcl
