#pragma once

// The comment lines above an object of a plan, for human_plan.cc: what will happen to it and why.

#include <string>

#include "plan/plan.h"

namespace cairn::view {

// With the words of Colours in brackets. `drift`: it has happened.
std::string ChangeComment(const plan::ResourceChange& change, bool drift);

}  // namespace cairn::view
