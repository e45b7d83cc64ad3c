#pragma once

// Diagnostics as terraform prints them. (hcl/diagnostic.h has Cairn's own style.)

#include <string>
#include <string_view>

#include "hcl/diagnostic.h"
#include "view/human_plan.h"
#include "view/json_writer.h"

namespace cairn::view {

// Each once, warnings first, in the order of files (deeper ones later) and places within; what has no place
// comes before that.
hcl::Diagnostics Arrange(const hcl::Diagnostics& diagnostics);

// For people: of warnings with one summary and a place each only the first, which says how many there are.
hcl::Diagnostics ConsolidateWarnings(const hcl::Diagnostics& diagnostics);

// With colours: between rules, "╷ │ ╵"; without: plain, as scripts know it, beginning with an empty line.
std::string RenderDiagnostic(const hcl::Diagnostic& diagnostic, const HumanStyle& style = {});

// Warnings by what they are about, without the rest, from the empty line at the beginning on.
std::string RenderCompactWarnings(const hcl::Diagnostics& warnings, const HumanStyle& style = {});

// The JSON object of one, as `validate -json` and the lines of -json have it.
void WriteDiagnostic(JsonWriter& out, const hcl::Diagnostic& diagnostic);

// A line of -json.
std::string DiagnosticLine(const hcl::Diagnostic& diagnostic, std::string_view time);

// `validate -json`, laid out, with a newline.
std::string WriteValidateJson(const hcl::Diagnostics& diagnostics);

}  // namespace cairn::view
