#pragma once

// Conditions that a configuration states: validations of variables, preconditions, postconditions,
// assertions.

#include <string>
#include <string_view>
#include <vector>

#include "config/module.h"
#include "hcl/diagnostic.h"
#include "hcl/scope.h"
#include "hcl/source.h"
#include "plan/plan.h"

namespace cairn::infra {

// The summary of what is said of a variable's value.
inline constexpr std::string_view kInvalidVariable = "Invalid value for variable";

// "main.tf:3,3-13"
std::string PlaceOf(const hcl::SourceRange& range);

// How all of `rules` fare. Of each condition that is known and not met a diagnostic of `summary` is reported,
// and its message is appended to `failures`, if it has one that may be shown.
plan::CheckStatus CheckRules(const std::vector<config::CheckRule>& rules, const hcl::Scope& scope,
                             std::string_view summary, hcl::Severity severity, hcl::Diagnostics& diagnostics,
                             std::vector<std::string>& failures);

}  // namespace cairn::infra
