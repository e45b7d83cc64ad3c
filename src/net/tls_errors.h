#pragma once

// OpenSSL's errors in words for people, and what can be done about them. For the tls_*.cc files.

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cairn::net {

// The DNS names and IP addresses that a certificate is for (its subject alternative names), at most
// `names_max`. Names with bytes that names cannot have are left out.
std::vector<std::string> CertificateNames(const X509* certificate, size_t names_max);

// Why the certificate chain in `store` is not accepted: "the certificate of db.example.com expired on ...".
// `peer` is whom it was presented by.
std::string DescribeVerifyFailure(X509_STORE_CTX* store, std::string_view peer);

// The oldest error in the thread's OpenSSL queue, which is emptied.
Error TakeTlsError(std::string_view what);

}  // namespace cairn::net
