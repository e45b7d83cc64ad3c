#pragma once

// What the commands that change a state have in common.

#include <functional>

#include "commands/session.h"

namespace cairn::commands {

// "No state file was found!" and what to do about it. Returns the exit code.
int ReportNoState(Screen& screen);

// Opens the state, does `edit` to it, which returns the exit code, and closes it.
int EditState(const Environment& environment, Screen& screen, SessionOptions options,
              std::string_view operation, const std::function<int(Session&)>& edit);

}  // namespace cairn::commands
