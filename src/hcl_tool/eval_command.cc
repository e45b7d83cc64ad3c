#include "hcl_tool/eval_command.h"

#include <memory>
#include <optional>

#include "hcl_tool/source_file.h"
#include "hcl_tool/tree_json.h"

namespace cairn::hcl_tool {
namespace {

int Refuse(const EvalOptions& options, const hcl::Diagnostics& diagnostics, int code, Screen& screen) {
  if (options.json) {
    screen.Print(DiagnosticsJson(diagnostics) + "\n");
  } else {
    screen.Report(diagnostics);
  }
  return screen.Finish(code);
}

}  // namespace

int RunEval(const EvalOptions& options, const std::string& expression, Screen& screen) {
  hcl::Diagnostics diagnostics;
  Session session;
  session.SetVariables(options.variables, diagnostics);
  auto source = expression == "-" ? ReadStandardInput(diagnostics)
                                  : std::make_shared<const hcl::Source>("<expression>", expression);
  if (diagnostics.has_errors()) return Refuse(options, diagnostics, 2, screen);
  const std::optional<std::string> answer = options.json ? session.Json(std::move(source), diagnostics)
                                                         : session.Answer(std::move(source), diagnostics);
  if (!answer) return Refuse(options, diagnostics, 1, screen);
  screen.Print(*answer + "\n");
  screen.Report(diagnostics);
  return screen.Finish(0);
}

}  // namespace cairn::hcl_tool
