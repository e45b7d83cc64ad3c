#pragma once

// A picture of a run: the number of each answer against the time at which it arrived, one colour per address,
// the answers that take part in a violation with a red halo. A right counter draws one rising line in all
// colours at once; blocks of numbers per replica draw parallel lines, a fail-over that repeats draws a step
// down.

#include <cstddef>
#include <string>

#include "check/checker.h"
#include "check/history.h"

namespace cairn::check {

struct PlotOptions {
  size_t points_max = 16'000;  // without violations; more are thinned out, the same way each time
  size_t marks_max = 4'000;    // answers in violations; of more, those that would cover one another go first
};

// An SVG document of 1200 x 720 units, self-contained, below 2 MB. `verdict` is that of `history`.
std::string PlotSvg(const History& history, const Verdict& verdict, const PlotOptions& options = {});

}  // namespace cairn::check
