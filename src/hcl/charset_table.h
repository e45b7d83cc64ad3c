#pragma once

// For the files charset*.cc alone: the tables, and the sets of more than one byte a character.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cairn::hcl {

enum class CharsetKind : uint8_t {
  kBytes,  // a byte a character
  kUtf8,
  kUtf16,  // with a byte order mark
  kUtf16Be,
  kUtf16Le,
  kShiftJis,
  kEucJp,
  kIso2022Jp,
  kGbk,
  kGb18030,
  kHz,
  kBig5,
  kEucKr,
};

struct CharsetEntry {
  std::string_view name;
  CharsetKind kind;
  std::string_view aliases;          // in lower case, a blank between
  std::string_view characters = {};  // of kBytes: those of the bytes from 0x80 on, or of all; U+FFFD is none
};

std::span<const CharsetEntry> AllCharsets();

// Characters in the order of their codes, in UTF-8: "." is none, "12." are twelve times none, "12+" are the
// twelve characters that follow the last in Unicode, and a "*" stands before one that is only decoded, since
// another code is encoded. How a code is made of a place is each set's matter.
extern const std::string_view kJis0208;  // with NEC's and IBM's extensions: 120 rows of 94
extern const std::string_view kJis0212;  // 94 rows of 94
extern const std::string_view kGbk;      // 126 rows of 190
extern const std::string_view kBig5;     // 126 rows of 157
extern const std::string_view kEucKr;    // 126 rows of 190

// As Charset's, of the sets of Chinese, Japanese and Korean.
std::optional<std::string> EncodeMultibyte(CharsetKind kind, std::string_view text);
std::optional<std::string> DecodeMultibyte(CharsetKind kind, std::string_view bytes);

}  // namespace cairn::hcl
