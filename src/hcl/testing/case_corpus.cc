#include "hcl/testing/case_corpus.h"

#include "base/strings.h"
#include "hcl/testing/corpus_text.h"

namespace cairn::hcl {

std::vector<CorpusCase> ReadCorpusCases(std::string_view corpus) {
  constexpr std::string_view kNoNewline = "␄\n";
  std::vector<CorpusCase> cases;
  std::vector<std::string>* answer = nullptr;
  std::string text;
  for (const std::string_view line : Split(corpus, '\n')) {
    if (line.starts_with("=== ")) {
      cases.emplace_back().title = line.substr(4);
      answer = nullptr;
      text.clear();
    } else if (cases.empty()) {
      continue;
    } else if (line == "--- accepted" || line == "--- refused") {
      if (text.ends_with(kNoNewline)) text.resize(text.size() - kNoNewline.size());
      cases.back().text = FromShown(text);
      cases.back().refused = line == "--- refused";
      answer = &cases.back().theirs;
    } else if (line.starts_with("--- cairn: ")) {
      cases.back().differs = true;
      answer = &cases.back().ours;
    } else if (answer == nullptr) {
      text += line;
      text += '\n';
    } else if (!line.empty()) {
      answer->emplace_back(line);
    }
  }
  return cases;
}

}  // namespace cairn::hcl
