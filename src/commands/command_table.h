#pragma once

// All commands of the program, and what its command line says beside them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/environment.h"
#include "commands/screen.h"

namespace cairn::commands {

struct Command {
  std::string_view name;     // "plan"; "state list" is part of the group "state"
  std::string_view summary;  // for the list of commands
  // Takes the words behind the name and returns the exit code: 0; 1 for errors; 2 for a plan with changes
  // where -detailed-exitcode asks for it. Null for a group that is no command by itself.
  int (*run)(const Environment& environment, Screen& screen, const std::vector<std::string>& words) = nullptr;
  bool is_main = false;  // listed first
};

// In the order in which they are listed.
std::span<const Command> Commands();

// Null if there is none of that name.
const Command* FindCommand(std::string_view name);

// The top-level command whose name is nearest to `name`; empty if none is near.
std::string_view NearestCommand(std::string_view name);

// What to do instead of a command of Terraform's that there is not; empty if `name` is none.
std::string_view InsteadOf(std::string_view name);

// The list of commands, and the global options.
std::string Usage();
// The parts of a group; empty if `group` is none.
std::string GroupUsage(std::string_view group);

}  // namespace cairn::commands
