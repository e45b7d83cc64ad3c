#pragma once

// `show FILE` where the file is a plan.

#include <string>

#include "commands/environment.h"
#include "commands/screen.h"

namespace cairn::commands {

// Whether the file at `path` begins as a plan, be it one of Terraform.
bool IsPlan(const std::string& path);

// Returns the exit code.
int ShowSavedPlan(const Environment& environment, Screen& screen, const std::string& path, bool json);

}  // namespace cairn::commands
