#include "hcl/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "base/text_escape.h"

namespace cairn::hcl {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

utf8proc_category_t CategoryOf(char32_t character) {
  return utf8proc_category(utf8proc_int32_t(character));
}

// `text` with U+FFFD for each byte that is not UTF-8.
std::string ReplaceInvalid(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t length = 0;
    AppendCharacter(out, DecodeCharacter(text, length));
    text.remove_prefix(length);
  }
  return out;
}

// Whether no character that may follow composes with it to another one.
bool IsInert(char32_t character) {
  constexpr uint16_t kNone = 0xFFFF;
  const bool is_hangul =
      (character >= 0x1100 && character < 0x1200) || (character >= 0xAC00 && character < 0xD7A4);
  const auto* property = utf8proc_get_property(utf8proc_int32_t(character));
  return !is_hangul && property->combining_class == 0 && property->comb_index == kNone &&
         (property->decomp_seqindex == kNone || property->decomp_type != 0);
}

// The byte at which the last character of `text` begins that is not a mark.
size_t LastBase(std::string_view text) {
  size_t begin = text.size();
  while (begin > 0) {
    do {
      --begin;
    } while (begin > 0 && (text[begin] & 0xC0) == 0x80);
    size_t length = 0;
    const auto character = utf8proc_int32_t(DecodeCharacter(text.substr(begin), length));
    if (utf8proc_get_property(character)->combining_class == 0) break;
  }
  return begin;
}

template <typename Map>
std::string MapCharacters(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    size_t length = 0;
    AppendCharacter(out, map(DecodeCharacter(text, length)));
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace

char32_t DecodeCharacter(std::string_view text, size_t& length) {
  const auto lead = uint8_t(text[0]);
  if (lead < 0x80) {
    length = 1;
    return lead;
  }
  length = Utf8Length(text);
  if (length == 0) {
    length = 1;
    return kReplacement;
  }
  char32_t character = lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) character = character << 6 | (uint8_t(text[i]) & 0x3F);
  return character;
}

void AppendCharacter(std::string& out, char32_t character) {
  if (character < 0x80) {
    out += char(character);
    return;
  }
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(utf8proc_int32_t(character), bytes);
  out.append(reinterpret_cast<const char*>(bytes), size_t(length));
}

size_t GraphemeLength(std::string_view text) {
  if (text.empty()) return 0;
  // Two characters of ASCII always part, but for CR LF.
  if (text.size() == 1 || ((text[0] | text[1]) & 0x80) == 0) {
    return text.starts_with("\r\n") ? 2 : 1;
  }
  size_t length = 0;
  utf8proc_int32_t state = 0;
  auto previous = utf8proc_int32_t(DecodeCharacter(text, length));
  while (length < text.size()) {
    size_t next_length = 0;
    const auto next = utf8proc_int32_t(DecodeCharacter(text.substr(length), next_length));
    if (utf8proc_grapheme_break_stateful(previous, next, &state)) break;
    length += next_length;
    previous = next;
  }
  return length;
}

size_t CountGraphemes(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); text.remove_prefix(GraphemeLength(text))) ++count;
  return count;
}

std::string Normalize(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  std::string valid = IsUtf8(text) ? std::string(text) : ReplaceInvalid(text);
  utf8proc_uint8_t* composed = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(valid.data()), utf8proc_ssize_t(valid.size()),
                   &composed, utf8proc_option_t(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (length >= 0) valid.assign(reinterpret_cast<const char*>(composed), size_t(length));
  std::free(composed);
  return valid;
}

std::string StablePrefix(std::string_view text) {
  constexpr std::string_view kDelimiters = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
  std::string prefix = Normalize(text);
  if (prefix.empty()) return prefix;
  const size_t base = LastBase(prefix);
  size_t length = 0;
  const char32_t last = DecodeCharacter(std::string_view(prefix).substr(base), length);
  if (base + length != prefix.size() || !IsInert(last)) {
    prefix.resize(base);
    return prefix;
  }
  std::string_view rest = prefix;
  while (GraphemeLength(rest) < rest.size()) rest.remove_prefix(GraphemeLength(rest));
  const bool is_delimiter = rest.size() == 1 && kDelimiters.contains(rest[0]);
  if (!is_delimiter) prefix.resize(prefix.size() - rest.size());
  return prefix;
}

std::string ToUpper(std::string_view text) {
  return MapCharacters(text, [](char32_t c) {
    return c == 0xDF ? c : char32_t(utf8proc_toupper(utf8proc_int32_t(c)));  // the library gives U+1E9E
  });
}

std::string ToLower(std::string_view text) {
  return MapCharacters(text, [](char32_t c) { return char32_t(utf8proc_tolower(utf8proc_int32_t(c))); });
}

char32_t ToTitle(char32_t character) {
  return character == 0xDF ? character : char32_t(utf8proc_totitle(utf8proc_int32_t(character)));
}

bool IsLetter(char32_t character) {
  const auto category = CategoryOf(character);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool IsDigit(char32_t character) {
  return CategoryOf(character) == UTF8PROC_CATEGORY_ND;
}

bool IsSpace(char32_t character) {
  if ((character >= '\t' && character <= '\r') || character == 0x85) return true;
  const auto category = CategoryOf(character);
  return category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP;
}

bool IsPrintable(char32_t character) {
  const auto category = CategoryOf(character);
  return character == ' ' || (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO);
}

bool IsIdentifierStart(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (c == 0x2E2F) return false;  // Pattern_Syntax
  return IsLetter(c) || CategoryOf(c) == UTF8PROC_CATEGORY_NL || c == 0x1885 || c == 0x1886 || c == 0x2118 ||
         c == 0x212E || c == 0x309B || c == 0x309C;  // Other_ID_Start
}

bool IsIdentifierContinue(char32_t c) {
  if (c < 0x80) return IsIdentifierStart(c) || (c >= '0' && c <= '9') || c == '_';
  switch (CategoryOf(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      break;
  }
  return IsIdentifierStart(c) || c == 0xB7 || c == 0x387 || (c >= 0x1369 && c <= 0x1371) ||
         c == 0x19DA;  // Other_ID_Continue
}

bool IsIdentifier(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    size_t length = 0;
    const char32_t c = DecodeCharacter(rest, length);
    const bool first = rest.size() == text.size();
    if (first ? !IsIdentifierStart(c) : !(IsIdentifierContinue(c) || c == '-')) return false;
    rest.remove_prefix(length);
  }
  return !text.empty();
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (std::string_view rest = text.substr(0, GraphemeLength(text)); !rest.empty();) {
    size_t length = 0;
    const int columns = utf8proc_charwidth(utf8proc_int32_t(DecodeCharacter(rest, length)));
    width = std::max(width, size_t(std::max(columns, 0)));
    rest.remove_prefix(length);
  }
  return width;
}

}  // namespace cairn::hcl
