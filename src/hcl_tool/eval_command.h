#pragma once

// `eval`: prints what an expression is.

#include <string>
#include <vector>

#include "hcl_tool/screen.h"
#include "hcl_tool/session.h"

namespace cairn::hcl_tool {

struct EvalOptions {
  std::vector<VariableSource> variables = {};
  bool json = false;  // the value as JSON, and diagnostics too, on standard output
};

// `expression` may be "-": standard input. Returns the exit code: 1 if the expression is wrong, 2 if the
// variables are or standard input cannot be read.
int RunEval(const EvalOptions& options, const std::string& expression, Screen& screen);

}  // namespace cairn::hcl_tool
