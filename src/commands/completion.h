#pragma once

// Completion of command lines by shells, as they do by programs: bash and others run the program with
// COMP_LINE set, and offer the lines that it prints.

#include <string>
#include <string_view>
#include <vector>

#include "commands/environment.h"
#include "commands/screen.h"

namespace cairn::commands {

// What may stand where `line`, a command line up to the cursor, ends.
std::vector<std::string> Complete(const Environment& environment, std::string_view line);

// Has the shells of $HOME complete by this program, or takes that back. Returns the exit code.
int InstallCompletion(const Environment& environment, Screen& screen, bool install);

}  // namespace cairn::commands
