#pragma once

// Base64 with the standard alphabet and padding (RFC 4648, section 4).

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace cairn::hcl {

std::string EncodeBase64(std::string_view bytes);

// Newlines may be anywhere; bits that are left over need not be zero. The error is the offset in `text` of
// what does not belong there.
std::expected<std::string, size_t> DecodeBase64(std::string_view text);

}  // namespace cairn::hcl
