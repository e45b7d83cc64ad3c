#pragma once

// Certificates made on the spot, for tests of TLS.

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "net/tls.h"

namespace cairn::net {

struct CertificateOptions {
  std::vector<std::string> names = {};                       // DNS names and IP addresses that it is for
  std::chrono::seconds valid_from = std::chrono::hours(-1);  // relative to now
  std::chrono::seconds valid_until = std::chrono::hours(24);
};

// An authority with its own key (P-256). Its files, and those of what it issues, are in `directory`, which
// belongs to the test. Aborts where OpenSSL fails.
class TestAuthority {
 public:
  TestAuthority(std::string directory, std::string name);

  // Its certificate, for those who are to trust it.
  const std::string& ca_file() const { return ca_file_; }

  // A new key and its certificate, signed by this authority.
  TlsIdentity Issue(const CertificateOptions& options);

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  Certificate Make(const std::string& common_name, EVP_PKEY* key, const CertificateOptions& options);

  std::string directory_;
  std::string name_;
  std::string ca_file_;
  Key key_;
  Certificate certificate_;  // null until it is made
  long serial_ = 0;
};

}  // namespace cairn::net
