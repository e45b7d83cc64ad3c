#include "hcl/base64.h"

#include <cstdint>

namespace cairn::hcl {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// 64 for what is not in the alphabet.
constexpr unsigned DigitOf(char c) {
  if (c >= 'A' && c <= 'Z') return unsigned(c - 'A');
  if (c >= 'a' && c <= 'z') return unsigned(c - 'a') + 26;
  if (c >= '0' && c <= '9') return unsigned(c - '0') + 52;
  return c == '+' ? 62 : c == '/' ? 63 : 64;
}

size_t SkipNewlines(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == '\n' || text[at] == '\r')) ++at;
  return at;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0);
    for (size_t i = 0; i < 4; ++i) text += i > bytes.size() ? '=' : kAlphabet[(bits >> (18 - 6 * i)) & 63];
  }
  return text;
}

std::expected<std::string, size_t> DecodeBase64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  size_t digits = 0;  // of the group of four
  size_t at = SkipNewlines(text, 0);
  for (; at < text.size(); at = SkipNewlines(text, at + 1)) {
    const unsigned digit = DigitOf(text[at]);
    if (digit == 64) break;
    bits = bits << 6 | digit;
    if (++digits < 4) continue;
    for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(bits >> shift);
    digits = 0;
  }
  if (at == text.size()) {
    if (digits > 0) return std::unexpected(text.size() - digits);
    return bytes;
  }

  // The last group, with its padding.
  if (text[at] != '=' || digits < 2) return std::unexpected(at);
  size_t end = SkipNewlines(text, at + 1);
  if (digits == 2) {
    if (end == text.size()) return std::unexpected(end);
    if (text[end] != '=') return std::unexpected(end - 1);
    end = SkipNewlines(text, end + 1);
  }
  if (end < text.size()) return std::unexpected(end);
  bits <<= 6 * (4 - digits);
  bytes += static_cast<char>(bits >> 16);
  if (digits == 3) bytes += static_cast<char>(bits >> 8);
  return bytes;
}

}  // namespace cairn::hcl
