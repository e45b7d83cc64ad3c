#include <string>
#include <vector>

#include "commands/command_line.h"
#include "commands/run_commands.h"
#include "view/colour.h"
#include "view/diagnostic_view.h"

namespace cairn::commands {
namespace {

void CheckFolder(const Environment& environment, Screen& screen) {
  Session session(environment, screen, {.lock = false, .may_be_empty = true, .input = false});
  session.WarnOfOverrides();
  if (!session.LoadConfig() || !session.StartProviders() || !session.BuildGraph()) return;
  const hcl::Diagnostics diagnostics = session.Validate();
  session.CloseProviders();
  screen.Report(diagnostics);
}

}  // namespace

int RunValidate(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool json = false, no_tests = false;
  std::string test_folder;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& flags) {
    flags.Add("json", json, "one JSON object instead of text");
    flags.Add("no-tests", no_tests, "accepted, and means nothing: files of tests are not looked at");
    flags.Add("test-directory", test_folder, "accepted, for the same reason");
  };
  if (!ParsePlain(screen, words, "validate", code, add, &arguments)) return code;
  if (!arguments.empty()) {
    return ReportUsage(screen, "validate", "Too many command line arguments",
                       "Expected no positional argument; another folder is validated by -chdir=FOLDER.");
  }
  Screen inner = screen;
  const hcl::Diagnostics& found = inner.KeepReports();
  CheckFolder(environment, inner);
  const bool ok = !found.has_errors();
  if (json) {
    screen.Print(view::WriteValidateJson(view::Arrange(found)));
    return ok ? 0 : 1;
  }
  screen.Report(found);
  if (!ok) return 1;
  screen.Print(view::Colours(screen.style().colour)(
      found.empty() ? "[green][bold]Success![reset] The configuration is valid.\n\n"
                    : "[green][bold]Success![reset] The configuration is valid, but there were some "
                      "validation warnings\nas shown above.\n\n"));
  return 0;
}

}  // namespace cairn::commands
