#include "hcl/quote.h"

#include "base/strings.h"
#include "hcl/unicode.h"

namespace cairn::hcl {

namespace {

struct Style {
  std::string_view escaped;  // characters
  std::string_view letters;  // that stand for them, behind a backslash
  bool is_template = false;  // `${` and `%{` mean something; there is no \x
};

void AppendQuotedBy(const Style& style, std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    size_t length = 0;
    const char32_t character = DecodeCharacter(text, length);
    const size_t escape = style.escaped.find(text[0]);
    if (escape != style.escaped.npos) {
      out += '\\';
      out += style.letters[escape];
    } else if (style.is_template && (text.starts_with("${") || text.starts_with("%{"))) {
      out.append(2, text[0]);
    } else if (IsPrintable(character)) {
      out += text.substr(0, length);
    } else if (character < 0x80 && !style.is_template) {
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

}  // namespace

void AppendGoQuoted(std::string& out, std::string_view text) {
  AppendQuotedBy({.escaped = "\a\b\f\n\r\t\v\"\\", .letters = "abfnrtv\"\\"}, out, text);
}

void AppendQuoted(std::string& out, std::string_view text) {
  AppendQuotedBy({.escaped = "\n\r\t\"\\", .letters = "nrt\"\\", .is_template = true}, out, text);
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
