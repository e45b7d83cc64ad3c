#pragma once

// SHA-256 of texts (FIPS 180-4).

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::state {

using Sha256 = std::array<uint8_t, 32>;

Sha256 Sha256Of(std::string_view bytes);
std::string Sha256Hex(std::string_view bytes);  // 64 lower-case digits

std::string ToHex(std::string_view bytes);

}  // namespace cairn::state
