#pragma once

// Texts and what the peer says about each, of the golden corpus: tests/hcl/README.md.

#include <string>
#include <string_view>
#include <vector>

namespace cairn::hcl {

struct CorpusCase {
  std::string title;
  std::string text;
  std::vector<std::string> theirs;  // lines behind "--- accepted" or "--- refused"
  std::vector<std::string> ours;    // the same where "--- cairn" follows
  bool refused = false;
  bool differs = false;
};

std::vector<CorpusCase> ReadCorpusCases(std::string_view corpus);

}  // namespace cairn::hcl
