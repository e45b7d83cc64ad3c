#include <string>
#include <vector>

#include "commands/command_line.h"
#include "commands/flags.h"
#include "commands/modules.h"
#include "commands/run_commands.h"
#include "commands/session.h"
#include "config/checks.h"
#include "view/diagnostic_view.h"

namespace cairn::commands {

int RunGet(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool update = false;
  const auto add = [&](Flags& flags) { flags.Add("update", update, "fetch modules again, newest versions"); };
  if (!ParsePlain(screen, words, "get", code, add)) return code;
  hcl::Diagnostics diagnostics;
  const auto root = config::LoadModule(config::DiskFiles(), ".", diagnostics);
  InstallModules(
      environment, environment.cli, root, update, [&](const std::string& line) { screen.PrintLine(line); },
      diagnostics);
  hcl::Diagnostics said;
  const auto config =
      config::LoadConfig(config::DiskFiles(), ".", InstalledModules(environment.DataFolder(), said), said);
  config::CheckRequiredVersions(*config, kTerraformVersion, diagnostics);
  SayAlone(screen, view::Arrange(diagnostics));
  return diagnostics.has_errors() ? 1 : 0;
}

}  // namespace cairn::commands
