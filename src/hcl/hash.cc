#include "hcl/hash.h"

#include <openssl/evp.h>

#include <cassert>

namespace cairn::hcl {
namespace {

const EVP_MD* AlgorithmOf(HashKind kind) {
  switch (kind) {
    case HashKind::kMd5:
      return EVP_md5();
    case HashKind::kSha1:
      return EVP_sha1();
    case HashKind::kSha256:
      return EVP_sha256();
    case HashKind::kSha512:
      break;
  }
  return EVP_sha512();
}

}  // namespace

std::string Hash(HashKind kind, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest, &length, AlgorithmOf(kind), nullptr);
  assert(done == 1);
  (void)done;
  return std::string(reinterpret_cast<const char*>(digest), length);
}

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

}  // namespace cairn::hcl
