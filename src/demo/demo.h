#pragma once

// The demo as a whole: everything that the settings ask for, wired and run.

#include "base/clock.h"
#include "demo/demo_settings.h"

namespace cairn::demo {

// Runs until SIGINT, SIGTERM or SIGHUP, or until the experiments of --check are over, and removes whatever it
// made. Returns the exit code; what went wrong is a line on standard error.
int RunDemo(const DemoSettings& settings, const Clock& clock);

}  // namespace cairn::demo
