#pragma once

// The commands.

#include <string>
#include <vector>

#include "commands/screen.h"
#include "commands/session.h"

namespace cairn::commands {

// Each takes the words behind its name and returns the exit code: 0; 1 for errors; 2 for a plan with changes
// where -detailed-exitcode asks for it.
int RunPlan(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunApply(const Environment& environment, Screen& screen, const std::vector<std::string>& words,
             bool destroy);
int RunInit(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunValidate(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunOutput(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStateList(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStateShow(const Environment& environment, Screen& screen, const std::vector<std::string>& words);
int RunStatePull(const Environment& environment, Screen& screen, const std::vector<std::string>& words);

}  // namespace cairn::commands
