#include "commands/shell_words.h"

namespace cairn::commands {

Result<std::vector<std::string>> SplitShellWords(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == quote) {
      quote = 0;
      continue;
    }
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      continue;
    }
    if (c == '\\' && quote != '\'') {
      if (++i == text.size()) return Fail(ErrorCode::kInvalid, "a backslash with nothing behind it");
      c = text[i];
      if (quote == '"' && c != '"' && c != '\\') words.back() += '\\';
    }
    words.back() += c;
  }
  if (quote != 0) return Fail(ErrorCode::kInvalid, std::string("a quote without its end: ") + quote);
  return words;
}

}  // namespace cairn::commands
