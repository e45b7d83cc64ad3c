#include "hcl/quote.h"

#include "base/strings.h"
#include "hcl/unicode.h"

namespace cairn::hcl {

void AppendGoQuoted(std::string& out, std::string_view text) {
  constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\"\\";
  constexpr std::string_view kLetters = "abfnrtv\"\\";
  out += '"';
  while (!text.empty()) {
    size_t length = 0;
    const char32_t character = DecodeCharacter(text, length);
    const size_t escape = kEscaped.find(text[0]);
    if (escape != kEscaped.npos) {
      out += '\\';
      out += kLetters[escape];
    } else if (IsPrintable(character)) {
      out += text.substr(0, length);
    } else if (character < 0x80) {
      out += Format("\\x{:02x}", uint32_t(character));
    } else if (character < 0x10000) {
      out += Format("\\u{:04x}", uint32_t(character));
    } else {
      out += Format("\\U{:08x}", uint32_t(character));
    }
    text.remove_prefix(length);
  }
  out += '"';
}

std::string GoQuoted(std::string_view text) {
  std::string out;
  AppendGoQuoted(out, text);
  return out;
}

std::string TextOf(const Diagnostics& diagnostics) {
  std::string text;
  size_t count = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Severity::kError || count++ > 0) continue;
    if (diagnostic.subject) text = PlaceText(*diagnostic.subject) + ": ";
    text += Format("{}; {}", diagnostic.summary, diagnostic.detail);
  }
  if (count > 1) text += Format(", and {} other diagnostic(s)", count - 1);
  return text;
}

}  // namespace cairn::hcl
