#include "commands/state_edit.h"

#include <utility>

namespace cairn::commands {

int ReportNoState(Screen& screen) {
  screen.PrintError(
      "No state file was found!\n\nState management commands require a state file. Run this command\nin a "
      "directory where Terraform has been run or use the -state flag\nto point the command to a specific "
      "state location.\n");
  return 1;
}

int EditState(const Environment& environment, Screen& screen, SessionOptions options,
              std::string_view operation, const std::function<int(Session&)>& edit) {
  options.input = false;
  Session session(environment, screen, std::move(options));
  if (!session.OpenState(operation)) return 1;
  const int code = edit(session);
  return session.CloseState() ? code : 1;
}

}  // namespace cairn::commands
