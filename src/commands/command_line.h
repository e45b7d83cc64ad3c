#pragma once

// The command line of commands with few flags.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/flags.h"
#include "commands/screen.h"

namespace cairn::commands {

// Reads `words` by -no-color, -help and what `add` adds; `usage` is the command's name and its arguments.
// False where there is nothing left to do: `code` is the exit code then, and what there is to say has been
// said.
bool ParsePlain(Screen& screen, const std::vector<std::string>& words, std::string_view usage, int& code,
                const std::function<void(Flags&)>& add = {}, std::vector<std::string>* arguments = nullptr);

// Whether there are arguments where none may be, which is then said.
bool HasArguments(Screen& screen, const std::vector<std::string>& arguments);

// Says each as the commands about states do: with an empty line behind it.
void SayAlone(Screen& screen, const hcl::Diagnostics& diagnostics);
void SayError(Screen& screen, std::string summary, std::string detail);
void SayWarning(Screen& screen, std::string summary, std::string detail);

// Says what is wrong with the command line, and where to read more. Returns the exit code.
int ReportUsage(Screen& screen, std::string_view command, std::string summary, std::string detail);

}  // namespace cairn::commands
