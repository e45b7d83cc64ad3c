#include "registry/testing/corpus.h"

#include <cstdlib>

#include "base/files.h"
#include "base/strings.h"
#include "data/json.h"

namespace cairn::registry {

Corpus ReadCorpus(const std::string& name) {
  const char* root = std::getenv("CAIRN_SOURCE_DIR");
  const Result<std::string> text =
      ReadFile(std::string(root == nullptr ? "." : root) + "/tests/registry/" + name, size_t{1} << 20);
  if (!text) std::abort();
  Corpus corpus;
  bool in_text = false;
  for (const std::string_view line : Split(*text, '\n')) {
    if (line.starts_with("=== ")) {
      corpus.cases.emplace_back();
      in_text = true;
    } else if (in_text && line == "--- answer") {
      in_text = false;
    } else if (in_text) {
      corpus.cases.back().question += std::string(line) + "\n";
    } else if (line.starts_with(">>>")) {
      const std::string_view shown = line.substr(line.starts_with(">>> ") ? 4 : 3);
      const Result<data::Json> question = data::ParseJson("\"" + std::string(shown) + "\"");
      if (!question) std::abort();
      corpus.cases.push_back({std::string(question->as_string()), ""});
    } else if (corpus.cases.empty()) {
      corpus.head += std::string(line) + "\n";
    } else if (!line.empty() && !line.starts_with('#')) {
      std::string& answer = corpus.cases.back().answer;
      answer += (answer.empty() ? "" : "\n") + std::string(line);
    }
  }
  return corpus;
}

}  // namespace cairn::registry
