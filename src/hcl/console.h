#pragma once

// What `terraform console` answers.

#include <optional>
#include <string>

#include "hcl/diagnostic.h"
#include "hcl/scope.h"
#include "hcl/syntax.h"

namespace cairn::hcl {

// The text that the console prints for `expression`, without a newline at the end; nothing if there are
// errors. The functions of `scope` have `type` (FunctionWorld::has_type), which may stand around everything
// but in nothing else.
std::optional<std::string> ConsoleAnswer(Node expression, const Scope& scope, Diagnostics& diagnostics);

}  // namespace cairn::hcl
