#include "check/target.h"

#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "check/history.h"
#include "http/uri.h"

namespace cairn::check {
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

std::string AuthorityOf(const Target& target) {
  const bool is_ipv6 = target.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? Format("[{}]", target.host) : target.host;
  if (target.port == (target.tls ? kHttpsPort : kHttpPort)) return host;
  return Format("{}:{}", host, target.port);
}

Result<Target> FromUrl(std::string_view text) {
  auto url = http::ParseUrl(text);
  if (!url) return std::unexpected(std::move(url.error()));
  if (url->scheme != "http" && url->scheme != "https")
    return Fail(ErrorCode::kInvalid, "only http and https");
  if (!url->userinfo.empty()) return Fail(ErrorCode::kInvalid, "a user name has no use here");
  if (url->path != "/" || !url->query.empty())
    return Fail(ErrorCode::kInvalid, "the path is given with --path");
  Target target;
  target.tls = url->scheme == "https";
  target.host = std::move(url->host);
  target.port = url->port;
  return target;
}

Result<Target> FromHostPort(std::string_view text) {
  auto host_port = http::ParseHostPort(text, 0);
  if (!host_port) return std::unexpected(std::move(host_port.error()));
  if (host_port->host.empty()) return Fail(ErrorCode::kInvalid, "the host is missing");
  if (host_port->port == 0) return Fail(ErrorCode::kInvalid, "the port is missing");
  Target target;
  target.host = std::move(host_port->host);
  target.port = host_port->port;
  return target;
}

}  // namespace

Result<Target> ParseTarget(std::string_view text) {
  if (!History::IsAddressName(text)) {
    return Fail(ErrorCode::kInvalid, Format("{} is not 1 to {} printable ASCII characters", Quote(text),
                                            History::kAddressBytesMax));
  }
  auto target = text.find("://") == std::string_view::npos ? FromHostPort(text) : FromUrl(text);
  if (!target) {
    return Fail(ErrorCode::kInvalid,
                Format("{} is not http://HOST[:PORT], https://HOST[:PORT] or HOST:PORT: {}", Quote(text),
                       target.error().message));
  }
  target->name = text;
  target->authority = AuthorityOf(*target);
  return target;
}

}  // namespace cairn::check
