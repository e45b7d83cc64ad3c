#include "state/digest.h"

#include <openssl/sha.h>

namespace cairn::state {

Sha256 Sha256Of(std::string_view bytes) {
  Sha256 out;
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data());
  return out;
}

std::string Sha256Hex(std::string_view bytes) {
  const Sha256 digest = Sha256Of(bytes);
  return ToHex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string ToHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    out += kDigits[uint8_t(c) >> 4];
    out += kDigits[uint8_t(c) & 15];
  }
  return out;
}

}  // namespace cairn::state
