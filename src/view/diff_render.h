#pragma once

// A Diff as text, as plans show it.

#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "view/colour.h"
#include "view/diff.h"

namespace cairn::view {

struct DiffStyle {
  bool null_suffix = true;          // " -> null" behind what goes
  bool show_unchanged = false;      // all that is within, with or without a change
  bool symbols = true;              // "+" and the like, and their space
  bool forces_replacement = false;  // what is rendered forces the replacement, whatever it says itself
};

// Without a newline at the end, and without indentation of the first line: it follows a "name = ".
std::string RenderDiff(const Diff& diff, const Colours& colours, const DiffStyle& style = {},
                       size_t indent = 0);

// The symbol of three columns: "  +", "-/+", " <=".
std::string ActionSymbol(plan::Action action, const Colours& colours);

// The name as it is, or in quotes if it is no identifier.
std::string AttributeName(std::string_view name);

// With blanks behind it up to `width` characters.
std::string Padded(std::string_view text, size_t width);

}  // namespace cairn::view
