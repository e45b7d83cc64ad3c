#pragma once

// Diagnostics as terraform prints them. (hcl/diagnostic.h has Cairn's own style.)

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hcl/diagnostic.h"
#include "hcl/type.h"
#include "view/human_plan.h"
#include "view/json_writer.h"

namespace cairn::view {

struct NamedParameter {
  std::string name;
  hcl::Type type = {};
};

// A function whose call is at fault.
struct CalledFunction {
  std::string name;  // as it is written there
  std::vector<NamedParameter> parameters = {};
  std::optional<NamedParameter> variadic = {};
  hcl::Type return_type = {};
};

// What is known of a diagnostic beside what the language says of it.
struct DiagnosticContext {
  std::string address = {};  // of the object that it is about: "test_server.a[0]"
  std::optional<CalledFunction> function = {};
};

struct ViewedDiagnostic {
  hcl::Diagnostic diagnostic;
  DiagnosticContext context = {};
};

// For people: of warnings with one summary and a place each only the first, which says how many there are.
std::vector<ViewedDiagnostic> ConsolidateWarnings(std::vector<ViewedDiagnostic> diagnostics);

// With colours: between rules, "╷ │ ╵"; without: plain, as scripts know it, beginning with an empty line.
std::string RenderDiagnostic(const hcl::Diagnostic& diagnostic, const HumanStyle& style = {},
                             const DiagnosticContext& context = {});

// The JSON object of one, as `validate -json` and the lines of -json have it.
void WriteDiagnostic(JsonWriter& out, const hcl::Diagnostic& diagnostic,
                     const DiagnosticContext& context = {});

// A line of -json.
std::string DiagnosticLine(const hcl::Diagnostic& diagnostic, std::string_view time,
                           const DiagnosticContext& context = {});

// `validate -json`, laid out, with a newline.
std::string WriteValidateJson(const std::vector<ViewedDiagnostic>& diagnostics);

}  // namespace cairn::view
