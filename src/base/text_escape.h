#pragma once

// Strings from anywhere, made safe to put on one line of a terminal, a log or a JSON document.

#include <cstddef>
#include <string>
#include <string_view>

namespace cairn {

// The length in bytes of the UTF-8 sequence that `text` begins with (1 to 4), or 0 if it begins with none:
// empty, cut off, overlong, a surrogate, or above U+10FFFF (RFC 3629).
size_t Utf8Length(std::string_view text);

bool IsUtf8(std::string_view text);

// Appends `text` with \b \f \n \r \t \uXXXX, as JSON writes them, for control characters (C0, DEL, C1) and
// for the line and paragraph separators U+2028 and U+2029; each byte that is not UTF-8 becomes U+FFFD. With
// `quoting` also escapes '"' and '\', so that the result may stand between quotes. Stops before the appended
// part would be longer than `bytes_max`, never within a character; returns whether all of it was appended.
bool AppendEscaped(std::string& out, std::string_view text, bool quoting,
                   size_t bytes_max = std::string::npos);

// `text` as a JSON string, quotes included.
std::string Quote(std::string_view text);

// `text` for the content and the quoted attributes of HTML and XML: & < > " ' become references.
std::string EscapeMarkup(std::string_view text);

}  // namespace cairn
