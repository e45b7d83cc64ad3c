#pragma once

// Digests, as the hashing functions give them.

#include <string>
#include <string_view>

namespace cairn::hcl {

enum class HashKind { kMd5, kSha1, kSha256, kSha512 };

// The bytes of the digest.
std::string Hash(HashKind kind, std::string_view bytes);

// In lower-case hexadecimal digits.
std::string ToHex(std::string_view bytes);

}  // namespace cairn::hcl
