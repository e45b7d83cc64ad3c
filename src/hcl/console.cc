#include "hcl/console.h"

#include "hcl/console_print.h"
#include "hcl/eval.h"

namespace cairn::hcl {

std::optional<std::string> ConsoleAnswer(Node expression, const Scope& scope, Diagnostics& diagnostics) {
  const bool asks_type = expression.kind() == NodeKind::kCall && expression.name() == "type" &&
                         expression.child_count() == 1 && !expression.has_ellipsis();
  const Value value = Evaluate(asks_type ? expression.child(0) : expression, scope, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  return asks_type ? PrintType(value.type()) : PrintValue(value);
}

}  // namespace cairn::hcl
