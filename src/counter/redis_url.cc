#include "counter/redis_url.h"

#include <utility>

#include "base/strings.h"
#include "http/uri.h"

namespace cairn::counter {

namespace {

constexpr uint16_t kRedisPort = 6379;
constexpr uint16_t kSentinelPort = 26379;
constexpr size_t kEndpointsMax = 64;

struct Scheme {
  std::string_view prefix;
  bool sentinel;
  bool tls;
};
constexpr Scheme kSchemes[] = {
    {"redis://", false, false},
    {"rediss://", false, true},
    {"redis-sentinel://", true, false},
    {"rediss-sentinel://", true, true},
};

std::unexpected<Error> FailUrl(const std::string& what) {
  return Fail(ErrorCode::kInvalid, "Redis URL: " + what);
}

Result<RedisEndpoint> ParseEndpoint(std::string_view text, uint16_t default_port) {
  const Result<http::HostPort> parsed = http::ParseHostPort(text, default_port);
  if (!parsed) return std::unexpected(parsed.error());
  if (parsed->host.empty()) return Fail(ErrorCode::kInvalid, Format("\"{}\" has no host", text));
  if (parsed->port == 0)
    return Fail(ErrorCode::kInvalid, Format("\"{}\" has a port that is not 1 to 65535", text));
  return RedisEndpoint{parsed->host, parsed->port};
}

Result<std::vector<RedisEndpoint>> ParseEndpoints(std::string_view text, uint16_t default_port) {
  const std::vector<std::string_view> pieces = Split(text, ',');
  if (pieces.size() > kEndpointsMax) return FailUrl(Format("has more than {} hosts", kEndpointsMax));
  std::vector<RedisEndpoint> endpoints;
  for (const std::string_view piece : pieces) {
    Result<RedisEndpoint> endpoint = ParseEndpoint(piece, default_port);
    if (!endpoint) return FailUrl(Format("host {}: {}", endpoints.size() + 1, endpoint.error().message));
    endpoints.push_back(std::move(*endpoint));
  }
  return endpoints;
}

// Takes "USER@" off the front of `rest`. To be on the safe side of secrets, whatever is before the last '@'
// counts.
Result<std::string> TakeUser(std::string_view& rest) {
  const size_t at = rest.rfind('@');
  if (at == std::string_view::npos) return "";
  const std::string_view user = rest.substr(0, at);
  if (user.find(':') != std::string_view::npos) {
    return FailUrl("has a password, which everybody who lists processes can read; use --redis-password-file");
  }
  Result<std::string> decoded = http::PercentDecode(user);
  if (user.empty() || user.find_first_of("/?#@,") != std::string_view::npos || !decoded) {
    return FailUrl("the user before '@' is empty or has a character that must be escaped");
  }
  rest.remove_prefix(at + 1);
  return decoded;
}

Result<int> ParseDatabase(std::string_view text) {
  const std::optional<uint16_t> number = ParseInt<uint16_t>(text);
  if (!number) return FailUrl(Format("the database \"{}\" is not a number from 0 to 65535", text));
  return *number;
}

}  // namespace

Result<RedisUrl> ParseRedisUrl(std::string_view url) {
  const Scheme* scheme = nullptr;
  for (const Scheme& known : kSchemes) {
    if (url.starts_with(known.prefix)) scheme = &known;
  }
  if (scheme == nullptr) {
    return FailUrl("does not begin with redis://, rediss://, redis-sentinel:// or rediss-sentinel://");
  }
  std::string_view rest = url.substr(scheme->prefix.size());
  RedisUrl parsed{.tls = scheme->tls};

  Result<std::string> user = TakeUser(rest);
  if (!user) return std::unexpected(user.error());
  parsed.username = std::move(*user);

  const std::vector<std::string_view> parts = Split(rest, '/');
  auto endpoints = ParseEndpoints(parts[0], scheme->sentinel ? kSentinelPort : kRedisPort);
  if (!endpoints) return std::unexpected(endpoints.error());
  (scheme->sentinel ? parsed.sentinels : parsed.servers) = std::move(*endpoints);

  size_t next = 1;
  if (scheme->sentinel) {
    Result<std::string> master = http::PercentDecode(parts.size() > next ? parts[next] : "");
    if (!master || master->empty())
      return FailUrl("needs the name of the master: redis-sentinel://HOST/MASTER");
    parsed.sentinel_master = std::move(*master);
    ++next;
  }
  if (parts.size() > next + 1) return FailUrl(Format("has more than it may after \"{}\"", parts[next]));
  if (parts.size() > next && !parts[next].empty()) {
    const Result<int> database = ParseDatabase(parts[next]);
    if (!database) return std::unexpected(database.error());
    parsed.database = *database;
  }
  return parsed;
}

Result<RedisEndpoint> ParseRedisAddress(std::string_view text) {
  if (text.find("://") != std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "Redis address: is a URL, and should be HOST:PORT");
  }
  if (text.find('@') != std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "Redis address: has a user or password, and should be HOST:PORT");
  }
  Result<RedisEndpoint> endpoint = ParseEndpoint(text, kRedisPort);
  if (!endpoint) return std::unexpected(endpoint.error().In("Redis address"));
  return endpoint;
}

}  // namespace cairn::counter
