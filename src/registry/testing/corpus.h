#pragma once

// The recorded answers of tests/registry/ (its README.md has the format).

#include <string>
#include <vector>

namespace cairn::registry {

struct CorpusCase {
  std::string question;  // decoded
  std::string answer;    // its lines, without the last line feed
};

struct Corpus {
  std::string head;
  std::vector<CorpusCase> cases;
};

// Aborts where the file cannot be read.
Corpus ReadCorpus(const std::string& name);

}  // namespace cairn::registry
