#pragma once

// Unicode 15 as the language needs it: grapheme clusters (UAX #29), normal form C (UAX #15), simple letter
// case. Texts are UTF-8; a byte that is not counts as a character of its own.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::hcl {

// The bytes of the first grapheme cluster of `text`; 0 if it is empty.
size_t GraphemeLength(std::string_view text);

size_t CountGraphemes(std::string_view text);

// In normal form C, with U+FFFD for each byte that is not UTF-8. Text that is so already is copied as it is.
std::string Normalize(std::string_view text);

// In normal form C, as much of `text` as stays the beginning whatever follows it: a last letter may yet get
// an accent, so it is left off; delimiters of ASCII stay.
std::string StablePrefix(std::string_view text);

// The first character; `length` is set to its bytes. A byte that is not UTF-8 is U+FFFD, of length 1.
char32_t DecodeCharacter(std::string_view text, size_t& length);
void AppendCharacter(std::string& out, char32_t character);

// Character by character, by the simple mappings (so "ß" stays "ß" in upper case).
std::string ToUpper(std::string_view text);
std::string ToLower(std::string_view text);
char32_t ToTitle(char32_t character);

bool IsLetter(char32_t character);
bool IsDigit(char32_t character);  // of any script
bool IsSpace(char32_t character);  // White_Space
// A letter, mark, number, punctuation, symbol or the blank of ASCII.
bool IsPrintable(char32_t character);

// Whether an identifier may begin with it, or go on (UAX #31, ID_Start and ID_Continue).
bool IsIdentifierStart(char32_t character);
bool IsIdentifierContinue(char32_t character);
// The same of a whole text; a dash may be in it too, though not at its beginning.
bool IsIdentifier(std::string_view text);

// Columns of a terminal that the first grapheme cluster of `text` takes: 0, 1 or 2.
size_t DisplayWidth(std::string_view text);

}  // namespace cairn::hcl
