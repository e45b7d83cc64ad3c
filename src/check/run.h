#pragma once

// What the program counter-check does.

#include "base/clock.h"
#include "check/check_settings.h"

namespace cairn::check {

// Makes load until its end or a signal, or reads a saved history; judges it; writes the reports. Returns the
// exit code that --help explains.
int RunCheck(const CheckSettings& settings, const Clock& clock);

}  // namespace cairn::check
