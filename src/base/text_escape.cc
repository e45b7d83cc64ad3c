#include "base/text_escape.h"

#include <cstdint>

namespace cairn {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool IsContinuation(char c) {
  return (static_cast<uint8_t>(c) & 0xc0) == 0x80;
}

// The code point of a valid sequence.
uint32_t Decode(std::string_view sequence) {
  const auto first = static_cast<uint8_t>(sequence[0]);
  if (sequence.size() == 1) return first;
  uint32_t code = first & (0x7fu >> sequence.size());
  for (const char c : sequence.substr(1)) code = code << 6 | (static_cast<uint8_t>(c) & 0x3fu);
  return code;
}

void AppendEscape(std::string& out, uint32_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kNamed = "\bb\ff\nn\rr\tt";
  out += '\\';
  for (size_t i = 0; i < kNamed.size(); i += 2) {
    if (static_cast<uint32_t>(kNamed[i]) == code) {
      out += kNamed[i + 1];
      return;
    }
  }
  out += 'u';
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[code >> shift & 0xf];
}

bool MustEscape(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

}  // namespace

size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80) return 1;
  size_t length = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    if (first == 0xe0) second_min = 0xa0;  // else overlong
    if (first == 0xed) second_max = 0x9f;  // else a surrogate
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    if (first == 0xf0) second_min = 0x90;  // else overlong
    if (first == 0xf4) second_max = 0x8f;  // else above U+10FFFF
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  const auto second = static_cast<uint8_t>(text[1]);
  if (second < second_min || second > second_max) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return length;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool AppendEscaped(std::string& out, std::string_view text, bool quoting, size_t bytes_max) {
  const size_t begin = out.size();
  while (!text.empty()) {
    const size_t before = out.size();
    const size_t length = Utf8Length(text);
    const std::string_view sequence = text.substr(0, length);
    if (length == 0) {
      out += kReplacement;
    } else if (const uint32_t code = Decode(sequence); MustEscape(code)) {
      AppendEscape(out, code);
    } else {
      if (quoting && (code == '"' || code == '\\')) out += '\\';
      out += sequence;
    }
    if (out.size() - begin > bytes_max) {
      out.resize(before);
      return false;
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return true;
}

std::string Quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  AppendEscaped(out, text, /*quoting=*/true);
  out += '"';
  return out;
}

std::string EscapeMarkup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&#34;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace cairn
