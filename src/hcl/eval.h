#pragma once

// Evaluation: from an expression and a scope to a value.
//
//   const ParseResult parsed = ParseExpression(source);
//   if (!parsed.diagnostics.has_errors()) Value value = Evaluate(parsed.tree->root(), scope, diagnostics);

#include <cstdint>

#include "hcl/diagnostic.h"
#include "hcl/scope.h"
#include "hcl/syntax.h"
#include "hcl/value.h"

namespace cairn::hcl {

struct EvaluationLimits {
  // Rounds of all `for`s and splats together. Ten seconds' work, and more than the peer has memory for.
  uint64_t rounds_max = uint64_t{1} << 26;
  // Of all texts and collections that are made on the way, together; a collection is as large as its list of
  // elements. One function can make no text of more than 128 MiB before this is seen.
  uint64_t bytes_max = uint64_t{8} << 30;
  // Of one value (Value::weight), which is small where its parts are shared: `[for x in [y] : [x, x]]` within
  // each other doubles it at no cost, but not for whoever prints or compares it.
  uint64_t weight_max = uint64_t{1} << 24;
  uint32_t errors_max = 1000;  // a `for` with so many ends
  uint32_t depth_max = 500;    // of expressions within each other
};

// The value of `expression`: any node of an expression, or the root of a template. Where it is wrong, an
// error is added and the value is unknown (Dynamic, or of the type that an operator or a condition has); all
// errors are found, as far as one does not follow from another. A kError node has been reported by the
// parser: it is Dynamic.
//
// As with Terraform 1.11 both operands of `&&` and `||` are always evaluated, and both results of a
// conditional, but only what is wrong with the chosen one counts.
//
// Diagnostics say the values of the variables involved, but for those that are sensitive or ephemeral.
Value Evaluate(Node expression, const Scope& scope, Diagnostics& diagnostics,
               const EvaluationLimits& limits = {});

}  // namespace cairn::hcl
