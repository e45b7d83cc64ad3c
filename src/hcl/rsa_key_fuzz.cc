#include <cstdint>
#include <string>
#include <string_view>

#include "hcl/base64.h"
#include "hcl/rsa_key.h"

// The first byte says whether the rest is PEM, or the content of a block of PEM.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  if (size == 0 || size > 1 << 14) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string pem(bytes);
  if (data[0] % 4 != 0) {
    const std::string name = data[0] % 4 == 1   ? "RSA PRIVATE KEY"
                             : data[0] % 4 == 2 ? "PRIVATE KEY"
                                                : "OPENSSH PRIVATE KEY";
    std::string lines = EncodeBase64(bytes);
    for (size_t at = 64; at < lines.size(); at += 65) lines.insert(at, 1, '\n');
    pem = "-----BEGIN " + name + "-----\n" + lines + "\n-----END " + name + "-----\n";
  }
  (void)RsaKey::ParsePem(pem);
  return 0;
}
