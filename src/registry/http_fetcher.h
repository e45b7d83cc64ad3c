#pragma once

// The web, as far as registries need it: GET, over TLS.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace cairn::registry {

struct HttpLimits {
  uint64_t body_bytes_max = uint64_t{16} << 20;     // of an answer that is kept in memory
  uint64_t download_bytes_max = uint64_t{4} << 30;  // of one that goes to a file
  Duration connect_timeout = std::chrono::seconds(10);
  Duration answer_timeout = std::chrono::seconds(60);    // the whole of an answer in memory
  Duration download_timeout = std::chrono::minutes(60);  // the whole of a download
  int retries_max = 2;  // after failures that pass: no connection, 408, 429, 500, 502, 503, 504
  int redirects_max = 10;
};

struct HttpAnswer {
  int status = 0;
  std::string url;                                               // after redirects
  std::vector<std::pair<std::string, std::string>> fields = {};  // names in lower case
  std::string body = {};                                         // empty where it went to a file

  // The first field of that name (in lower case); empty if there is none.
  std::string_view Field(std::string_view name) const;
};

class HttpFetcher {
 public:
  virtual ~HttpFetcher() = default;

  // Any answer is one, whatever its status. kUnavailable, kTimeout: nobody answered; kOverloaded: a limit;
  // kDenied: the certificate. `headers` are "Name: value"; a redirect to another host does not get them.
  virtual Result<HttpAnswer> Get(const std::string& url, const std::vector<std::string>& headers) = 0;

  // The same, the body of a 200 into a new file at `path`. Other bodies are dropped.
  virtual Result<HttpAnswer> Download(const std::string& url, const std::vector<std::string>& headers,
                                      const std::string& path) = 0;
};

}  // namespace cairn::registry
