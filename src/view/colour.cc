#include "view/colour.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/strings.h"
#include "hcl/unicode.h"

namespace cairn::view {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kCodes = {{
    {"bold", "1"},
    {"cyan", "36"},
    {"dark_gray", "90"},
    {"green", "32"},
    {"light_yellow", "93"},
    {"purple", "38;5;57"},
    {"red", "31"},
    {"reset", "0"},
    {"underline", "4"},
    {"yellow", "33"},
}};

std::string_view CodeOf(std::string_view word) {
  for (const auto& [name, code] : kCodes) {
    if (name == word) return code;
  }
  return {};
}

bool IsBreak(std::string_view character) {
  size_t length = 0;
  const char32_t decoded = hcl::DecodeCharacter(character, length);
  return hcl::IsSpace(decoded) && decoded != 0xa0;
}

// One line, broken. A word that is too long stays whole.
void WrapLine(std::string& out, std::string_view line, size_t width) {
  size_t column = 0;
  std::string_view space;
  while (!line.empty()) {
    size_t blank = 0;
    size_t blanks = 0;
    while (blank < line.size() && IsBreak(line.substr(blank))) {
      blank += hcl::GraphemeLength(line.substr(blank));
      ++blanks;
    }
    space = line.substr(0, blank);
    line.remove_prefix(blank);
    size_t end = 0;
    size_t length = 0;
    while (end < line.size() && !IsBreak(line.substr(end))) {
      size_t bytes = 0;
      hcl::DecodeCharacter(line.substr(end), bytes);
      end += bytes;
      ++length;
    }
    if (column > 0 && column + blanks + length > width && length > 0) {
      out += '\n';
      column = 0;
    } else if (length > 0 || column + blanks <= width) {
      out += space;
      column += blanks;
    }
    out += line.substr(0, end);
    column += length;
    line.remove_prefix(end);
  }
}

}  // namespace

std::string Colours::operator()(std::string_view markup) const {
  std::string out;
  bool coloured = false;
  while (true) {
    const size_t open = markup.find('[');
    out += markup.substr(0, open);
    if (open == std::string_view::npos) break;
    markup.remove_prefix(open);
    const size_t close = markup.find(']');
    const std::string_view code = CodeOf(close == std::string_view::npos ? "" : markup.substr(1, close - 1));
    if (code.empty()) {
      out += '[';
      markup.remove_prefix(1);
      continue;
    }
    coloured = true;
    if (enabled_) out.append("\033[").append(code).append("m");
    markup.remove_prefix(close + 1);
  }
  if (coloured && enabled_) out += "\033[0m";
  return out;
}

std::string WordWrap(std::string_view text, size_t width) {
  if (width <= 1) return std::string(text);
  std::string out;
  bool first = true;
  for (const std::string_view line : Split(text, '\n')) {
    if (!std::exchange(first, false)) out += '\n';
    if (line.starts_with(' ')) {
      out += line;
    } else {
      WrapLine(out, line, width - 1);
    }
  }
  return out;
}

}  // namespace cairn::view
