#pragma once

// RSA private keys, as `rsadecrypt` takes them.

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::hcl {

// Owns the key.
class RsaKey {
 public:
  // The first block of PEM: PKCS #1 ("RSA PRIVATE KEY"), PKCS #8 ("PRIVATE KEY") or OpenSSH's own format,
  // none of them encrypted. kInvalid in the peer's words, where it has words for the mistake: "invalid
  // private key: ssh: no key found".
  static Result<RsaKey> ParsePem(std::string_view pem);

  // What was encrypted with the public key and the padding of PKCS #1 v1.5. kInvalid for anything else. How
  // long it takes depends on the message: not for the use by servers.
  Result<std::string> Decrypt(std::string_view ciphertext) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;

  explicit RsaKey(Key key) : key_(std::move(key)) {}
  static Result<RsaKey> FromDer(std::string_view der, bool is_pkcs8);
  static Result<RsaKey> FromOpenSsh(std::string_view bytes);

  Key key_;
};

}  // namespace cairn::hcl
