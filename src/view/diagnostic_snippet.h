#pragma once

// The lines of a file that a diagnostic shows, for diagnostic_view.cc.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hcl/diagnostic.h"

namespace cairn::view {

struct Snippet {
  hcl::Position start = {}, end = {};  // of what is wrong; at least one character
  std::string context = {};            // the head of the block around it: `resource "a" "b"`
  std::string code = {};               // whole lines, without the last one's end
  uint32_t start_line = 1;
  size_t highlight_begin = 0, highlight_end = 0;                 // within `code`
  std::vector<std::pair<std::string, std::string>> values = {};  // ("var.a", `is "x"`), sorted
};

// Nothing for a diagnostic without a place.
std::optional<Snippet> FindSnippet(const hcl::Diagnostic& diagnostic);

}  // namespace cairn::view
