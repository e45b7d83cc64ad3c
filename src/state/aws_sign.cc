#include "state/aws_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>

#include "base/strings.h"
#include "state/digest.h"

namespace cairn::state {
namespace {

std::string Hmac(std::string_view key, std::string_view text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  ::HMAC(EVP_sha256(), key.data(), int(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

std::string DateTime(std::chrono::system_clock::time_point now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return ToLower(c); });
  return out;
}

// One blank for each run of them, as signatures want values.
std::string Squeeze(std::string_view text) {
  std::string out;
  for (const char c : Trim(text)) {
    if (c != ' ' || !out.ends_with(' ')) out += c;
  }
  return out;
}

}  // namespace

std::string AwsEscape(std::string_view text, bool keep_slash) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").contains(c) || (keep_slash && c == '/');
    if (plain) out += c;
    if (!plain) out += Format("%{:02X}", uint8_t(c));
  }
  return out;
}

std::string AwsQuery(const AwsRequest& request) {
  std::vector<std::pair<std::string, std::string>> sorted;
  for (const auto& [name, value] : request.query) {
    sorted.emplace_back(AwsEscape(name, false), AwsEscape(value, false));
  }
  std::ranges::sort(sorted);
  std::string out;
  for (const auto& [name, value] : sorted) out += Format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

void SignAwsRequest(AwsRequest& request, const AwsCredentials& credentials, std::string_view region,
                    std::string_view service, std::chrono::system_clock::time_point now) {
  const std::string time = DateTime(now), date = time.substr(0, 8), digest = Sha256Hex(request.body);
  request.headers.emplace_back("x-amz-content-sha256", digest);
  request.headers.emplace_back("x-amz-date", time);
  if (!credentials.session_token.empty()) {
    request.headers.emplace_back("x-amz-security-token", credentials.session_token);
  }
  std::vector<std::pair<std::string, std::string>> signed_headers = {{"host", request.host}};
  for (const auto& [name, value] : request.headers) signed_headers.emplace_back(Lower(name), Squeeze(value));
  std::ranges::sort(signed_headers);
  std::string headers, names;
  for (const auto& [name, value] : signed_headers) {
    headers += Format("{}:{}\n", name, value);
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical = Format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path,
                                       AwsQuery(request), headers, names, digest);
  const std::string scope = Format("{}/{}/{}/aws4_request", date, region, service);
  const std::string to_sign = Format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, Sha256Hex(canonical));
  std::string key = "AWS4" + credentials.secret_key;
  for (const std::string_view part :
       {std::string_view(date), region, service, std::string_view("aws4_request")}) {
    key = Hmac(key, part);
  }
  request.headers.emplace_back("authorization",
                               Format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                      credentials.access_key, scope, names, ToHex(Hmac(key, to_sign))));
}

std::vector<std::pair<std::string, std::string>> ReadAwsSection(std::string_view text,
                                                                std::string_view section) {
  std::vector<std::pair<std::string, std::string>> out;
  bool inside = false;
  for (std::string_view line : Split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool nested = line.starts_with(' ') || line.starts_with('\t');  // belongs to the line before
    line = Trim(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      const size_t end = line.find(']');
      inside = Trim(line.substr(1, end == line.npos ? line.npos : end - 1)) == section;
      continue;
    }
    const size_t equals = line.find('=');
    if (!inside || nested || equals == line.npos) continue;
    out.emplace_back(Trim(line.substr(0, equals)), Trim(line.substr(equals + 1)));
  }
  return out;
}

}  // namespace cairn::state
