#pragma once

// HTTP by the curl program: proxies from the environment, redirects, TLS and HTTP/2 as everybody's scripts
// have them. Debian's libcurl cannot be linked statically (it needs Kerberos, LDAP and libssh2, which have no
// static libraries).

#include <string>
#include <utility>
#include <vector>

#include "registry/http_fetcher.h"

namespace cairn::registry {

// Runs one process per request; headers, and so tokens, reach it by its standard input. Ignores ~/.curlrc. A
// URL that begins with https is never redirected to one that does not.
class CurlFetcher final : public HttpFetcher {
 public:
  // `certificates` is a file of those to trust instead of the system's, as SSL_CERT_FILE names for Terraform;
  // empty: curl decides.
  explicit CurlFetcher(HttpLimits limits = {}, std::string certificates = {})
      : limits_(limits), certificates_(std::move(certificates)) {}

  Result<HttpAnswer> Get(const std::string& url, const std::vector<std::string>& headers) override;
  Result<HttpAnswer> Download(const std::string& url, const std::vector<std::string>& headers,
                              const std::string& path) override;

 private:
  HttpLimits limits_;
  std::string certificates_;
};

}  // namespace cairn::registry
