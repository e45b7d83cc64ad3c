#pragma once

// HTTP by the curl program: proxies from the environment, redirects, TLS and HTTP/2 as everybody's scripts
// have them. Debian's libcurl cannot be linked statically (it needs Kerberos, LDAP and libssh2, which have no
// static libraries).

#include <string>
#include <vector>

#include "registry/http_fetcher.h"

namespace cairn::registry {

// Runs one process per request; headers, and so tokens, reach it by its standard input. Ignores ~/.curlrc. A
// URL that begins with https is never redirected to one that does not. SSL_CERT_FILE and SSL_CERT_DIR name
// further trust.
class CurlFetcher final : public HttpFetcher {
 public:
  explicit CurlFetcher(HttpLimits limits = {}) : limits_(limits) {}

  Result<HttpAnswer> Get(const std::string& url, const std::vector<std::string>& headers) override;
  Result<HttpAnswer> Download(const std::string& url, const std::vector<std::string>& headers,
                              const std::string& path) override;

 private:
  HttpLimits limits_;
};

}  // namespace cairn::registry
