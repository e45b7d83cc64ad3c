#pragma once

// The counter as a service: everything that the settings ask for, wired and run.

#include "base/clock.h"
#include "base/log.h"
#include "counter/counter_settings.h"

namespace cairn::counter {

// Serves until SIGTERM or SIGINT, then drains: unready and asking clients to leave for the shutdown delay,
// then no listener, idle connections closed and requests under way finished. A second signal cuts that short.
// Returns the exit code: 0, or 1 with a line in the log that says why.
int RunService(const CounterSettings& settings, const Clock& clock, const Logger& logger);

}  // namespace cairn::counter
