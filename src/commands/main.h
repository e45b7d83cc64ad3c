#pragma once

namespace cairn::commands {

// The program `cairn`: reads the command line and runs what it says. Returns the exit code.
int Main(int argc, char** argv);

}  // namespace cairn::commands
