#include "hcl/charset.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "hcl/charset_table.h"
#include "hcl/unicode.h"

namespace cairn::hcl {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kByteOrderMark = 0xFEFF;

char32_t TakeCharacter(std::string_view& text) {
  size_t length = 0;
  const char32_t character = DecodeCharacter(text, length);
  text.remove_prefix(length);
  return character;
}

// Of the bytes 0 to 255.
std::vector<char32_t> CharactersOf(std::string_view table) {
  std::vector<char32_t> characters;
  while (!table.empty()) characters.push_back(TakeCharacter(table));
  for (char32_t c = 0; characters.size() < 256; ++c) characters.insert(characters.begin() + c, c);
  return characters;
}

std::optional<std::string> EncodeBytes(std::string_view table, std::string_view text) {
  const std::vector<char32_t> characters = CharactersOf(table);
  std::unordered_map<char32_t, char> codes;
  for (size_t i = 0; i < characters.size(); ++i) codes.emplace(characters[i], static_cast<char>(i));
  std::string out;
  while (!text.empty()) {
    const auto code = codes.find(TakeCharacter(text));
    if (code == codes.end() || code->first == kReplacement) return std::nullopt;
    out += code->second;
  }
  return out;
}

std::optional<std::string> DecodeBytes(std::string_view table, std::string_view bytes) {
  const std::vector<char32_t> characters = CharactersOf(table);
  std::string out;
  for (const char byte : bytes) AppendCharacter(out, characters[static_cast<unsigned char>(byte)]);
  return out;
}

void AppendUnit(std::string& out, char32_t unit, bool big_endian) {
  const char high = static_cast<char>(unit >> 8);
  const char low = static_cast<char>(unit & 0xFF);
  out += big_endian ? high : low;
  out += big_endian ? low : high;
}

std::string EncodeUtf16(std::string_view text, bool big_endian) {
  std::string out;
  while (!text.empty()) {
    const char32_t character = TakeCharacter(text);
    if (character < 0x10000) {
      AppendUnit(out, character, big_endian);
    } else {
      AppendUnit(out, 0xD800 + ((character - 0x10000) >> 10), big_endian);
      AppendUnit(out, 0xDC00 + ((character - 0x10000) & 0x3FF), big_endian);
    }
  }
  return out;
}

std::optional<std::string> DecodeUtf16(std::string_view bytes, bool big_endian) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  std::string out;
  char32_t high = 0;  // the first half of a pair, or 0
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    const char32_t unit = big_endian ? char32_t(first << 8 | second) : char32_t(second << 8 | first);
    const bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (is_low != (high != 0)) return std::nullopt;
    if (is_low) {
      AppendCharacter(out, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
      high = 0;
    } else if (unit >= 0xD800 && unit < 0xDC00) {
      high = unit;
    } else {
      AppendCharacter(out, unit);
    }
  }
  if (high != 0) return std::nullopt;
  return out;
}

// The byte order mark says the order; without one it is big-endian.
std::optional<std::string> DecodeMarkedUtf16(std::string_view bytes) {
  const bool little_endian = bytes.starts_with("\xFF\xFE");
  if (little_endian || bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
  return DecodeUtf16(bytes, !little_endian);
}

}  // namespace

std::optional<Charset> Charset::Find(std::string_view name) {
  while (!name.empty() && IsSpace(char32_t(static_cast<unsigned char>(name.front())))) name.remove_prefix(1);
  while (!name.empty() && IsSpace(char32_t(static_cast<unsigned char>(name.back())))) name.remove_suffix(1);
  for (const CharsetEntry& entry : AllCharsets()) {
    for (const std::string_view alias : Split(entry.aliases, ' ')) {
      if (EqualsIgnoreCase(alias, name)) return Charset(&entry);
    }
  }
  return std::nullopt;
}

std::string_view Charset::name() const {
  return entry_->name;
}

std::optional<std::string> Charset::Encode(std::string_view text) const {
  switch (entry_->kind) {
    case CharsetKind::kBytes:
      return EncodeBytes(entry_->characters, text);
    case CharsetKind::kUtf8:
      return std::string(text);
    case CharsetKind::kUtf16: {
      std::string out;
      AppendUnit(out, kByteOrderMark, /*big_endian=*/true);
      return text.empty() ? out : out + EncodeUtf16(text, /*big_endian=*/true);
    }
    case CharsetKind::kUtf16Be:
    case CharsetKind::kUtf16Le:
      return EncodeUtf16(text, entry_->kind == CharsetKind::kUtf16Be);
    default:
      return EncodeMultibyte(entry_->kind, text);
  }
}

std::optional<std::string> Charset::Decode(std::string_view bytes) const {
  std::optional<std::string> text;
  switch (entry_->kind) {
    case CharsetKind::kBytes:
      text = DecodeBytes(entry_->characters, bytes);
      break;
    case CharsetKind::kUtf8:
      if (IsUtf8(bytes)) text = std::string(bytes);
      break;
    case CharsetKind::kUtf16:
      text = DecodeMarkedUtf16(bytes);
      break;
    case CharsetKind::kUtf16Be:
    case CharsetKind::kUtf16Le:
      text = DecodeUtf16(bytes, entry_->kind == CharsetKind::kUtf16Be);
      break;
    default:
      text = DecodeMultibyte(entry_->kind, bytes);
  }
  if (text && text->find("\xEF\xBF\xBD") != text->npos) return std::nullopt;
  return text;
}

}  // namespace cairn::hcl
