#pragma once

// A key of this process's own, by which plugins know it.

#include <string>

#include "base/result.h"

namespace cairn::provider {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;  // secret: stays in memory
};

// A new one, as go-plugin makes them: ECDSA on P-521, for "localhost", self-signed, for both ends.
Result<Certificate> MakeCertificate();

}  // namespace cairn::provider
