#include "hcl/testing/corpus_text.h"

#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr char32_t kPictures = 0x2400;
constexpr char32_t kBlankPicture = 0x2420;
constexpr char32_t kDeletePicture = 0x2421;

}  // namespace

std::string FromShown(std::string_view shown) {
  std::string text;
  while (!shown.empty()) {
    size_t length = 0;
    const char32_t character = DecodeCharacter(shown, length);
    if (character == U'⟦') {
      size_t i = length;
      for (; !shown.substr(i).starts_with("⟧"); i += shown[i] == ' ' ? 1 : 2) {
        if (shown[i] != ' ') text += char(std::stoi(std::string(shown.substr(i, 2)), nullptr, 16));
      }
      length = i + std::string_view("⟧").size();
    } else if (character == kDeletePicture) {
      text += '\x7f';
    } else if (character >= kPictures && character <= kBlankPicture) {
      text += char(character - kPictures);
    } else {
      text += shown.substr(0, length);
    }
    shown.remove_prefix(length);
  }
  return text;
}

std::string ToShown(std::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const size_t line_end = std::min(text.find('\n', i), text.size());
    if (c == ' ' && text.substr(i, line_end - i).find_first_not_of(' ') == std::string_view::npos) {
      AppendCharacter(shown, kBlankPicture);
    } else if (c == '\x7f') {
      AppendCharacter(shown, kDeletePicture);
    } else if (c >= 0 && c < ' ' && c != '\n') {
      AppendCharacter(shown, kPictures + char32_t(c));
    } else {
      shown += c;
    }
  }
  return shown;
}

}  // namespace cairn::hcl
