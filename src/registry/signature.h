#pragma once

// OpenPGP signatures over the checksums of providers.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::registry {

// The bytes of what is between "-----BEGIN PGP …-----" and its end (RFC 4880, section 6), of all such blocks
// one after the other. kInvalid if there is none, or if one is damaged.
Result<std::string> Dearmor(std::string_view text);

class SignatureVerifier {
 public:
  virtual ~SignatureVerifier() = default;

  // The id (16 hexadecimal digits) of the key, one of `armored_keys`, that made the detached `signature` over
  // `document`. kDenied if none did.
  virtual Result<std::string> Verify(std::string_view document, std::string_view signature,
                                     const std::vector<std::string>& armored_keys) = 0;
};

// By the gpgv program of GnuPG: every Debian has it, as apt checks its own signatures with it, and it does
// nothing else. Keys that have expired since count, as they do for the peer; revoked ones and signatures that
// have expired do not.
class GpgvVerifier final : public SignatureVerifier {
 public:
  Result<std::string> Verify(std::string_view document, std::string_view signature,
                             const std::vector<std::string>& armored_keys) override;
};

}  // namespace cairn::registry
