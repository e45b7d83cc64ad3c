#pragma once

// Strings as the peer shows them: Go's quotes (%q), in the console and in messages, and those of the
// language.

#include <string>
#include <string_view>

#include "hcl/diagnostic.h"

namespace cairn::hcl {

// `text` between double quotes: \n and the like, \x7f for other control characters of ASCII, \u00a0 and
// \U000e0001 for what is not printable, everything else as it is.
void AppendGoQuoted(std::string& out, std::string_view text);
std::string GoQuoted(std::string_view text);

// `text` as the language reads it back: \n and the like, $${ and %%{, and \u00a0 and \U000e0001 for all that
// is not printable.
void AppendQuoted(std::string& out, std::string_view text);

// The first error and how many more there are, as they are put into a message: "main.tf:1,2-3: Summary;
// Detail, and 1 other diagnostic(s)".
std::string TextOf(const Diagnostics& diagnostics);

}  // namespace cairn::hcl
