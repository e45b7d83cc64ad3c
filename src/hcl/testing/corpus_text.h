#pragma once

// Text as the golden corpus shows it: tests/hcl/README.md.

#include <string>
#include <string_view>

namespace cairn::hcl {

// From pictures to control characters, blanks and DEL, and from ⟦FF FE⟧ to bytes.
std::string FromShown(std::string_view shown);

// From control characters but line feed to pictures, and so blanks at the end of lines.
std::string ToShown(std::string_view text);

}  // namespace cairn::hcl
