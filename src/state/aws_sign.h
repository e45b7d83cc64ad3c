#pragma once

// Requests to AWS: who asks, and the signature that proves it (Signature Version 4, AWS General Reference).

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cairn::state {

struct AwsCredentials {
  std::string access_key = {};
  std::string secret_key = {};
  std::string session_token = {};  // of temporary ones

  bool empty() const { return access_key.empty() || secret_key.empty(); }
};

struct AwsRequest {
  std::string method;
  std::string host = {};  // with the port, unless it is the scheme's own
  std::string path;       // escaped, with a slash at the beginning
  std::vector<std::pair<std::string, std::string>> query = {};    // not escaped
  std::vector<std::pair<std::string, std::string>> headers = {};  // further ones to sign and send
  std::string_view body = {};
};

// Adds the headers x-amz-date, x-amz-content-sha256, x-amz-security-token and authorization.
void SignAwsRequest(AwsRequest& request, const AwsCredentials& credentials, std::string_view region,
                    std::string_view service, std::chrono::system_clock::time_point now);

// All but letters, digits and -_.~ as %XX, in path segments without the slash.
std::string AwsEscape(std::string_view text, bool keep_slash);

// The query as it stands in a target: "a=b&c=d%20e", sorted.
std::string AwsQuery(const AwsRequest& request);

// The members of a section of ~/.aws/credentials or ~/.aws/config ("profile x" there): name and value.
std::vector<std::pair<std::string, std::string>> ReadAwsSection(std::string_view text,
                                                                std::string_view section);

}  // namespace cairn::state
