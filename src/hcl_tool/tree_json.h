#pragma once

// Trees and diagnostics as JSON, for programs that read them.

#include <string>

#include "hcl/diagnostic.h"
#include "hcl/syntax.h"

namespace cairn::hcl_tool {

// `node` and all below it, on one line:
//
//   {"kind":"attribute","name":"a","range":RANGE,"children":[{"kind":"number","text":"1","range":RANGE}]}
//
// `kind` is the NodeKind in snake_case. `name` is that of attributes, blocks, variables, calls, steps and
// identifiers; `text` is the source of numbers, keywords, strings and text of templates; `operator` that of
// unary and binary. "ellipsis":true where a call or an object's `for` has `...`. `children` is left out where
// there are none. RANGE is {"start":{"line":1,"column":1,"byte":0},"end":...}, columns in grapheme clusters,
// the end exclusive.
std::string TreeJson(hcl::Node node);

// {"valid":true,"error_count":0,"warning_count":0,"diagnostics":[...]}, as `terraform validate -json` has
// them; `more` is put before the last brace as it is: `,"tree":...`.
std::string DiagnosticsJson(const hcl::Diagnostics& diagnostics, std::string_view more = {});

}  // namespace cairn::hcl_tool
