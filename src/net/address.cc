#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/strings.h"

namespace cairn::net {

namespace {

constexpr std::string_view kUnixPrefix = "unix:";

Result<Address> UnixAddress(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path || path.contains('\0')) {
    return Fail(ErrorCode::kInvalid, Format("a Unix socket path has 1 to {} bytes, none of them zero",
                                            sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const size_t length = offsetof(sockaddr_un, sun_path) + path.size() + 1;
  return Address(reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(length));
}

}  // namespace

Address::Address(const sockaddr* address, socklen_t length)
    : length_(std::min<socklen_t>(length, sizeof storage_)) {
  std::memcpy(&storage_, address, length_);
}

Result<Address> Address::FromHostPort(std::string_view host, uint16_t port) {
  const std::string name(host.substr(0, host.find('\0')));
  if (name.size() != host.size()) return Fail(ErrorCode::kInvalid, "an address contains a zero byte");
  sockaddr_in v4{};
  if (inet_pton(AF_INET, name.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return Address(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, name.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return Address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  return Fail(ErrorCode::kInvalid, Format("\"{}\" is not an IP address", host));
}

Result<Address> Address::Parse(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return UnixAddress(text.substr(kUnixPrefix.size()));
  const size_t colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : ParseInt<uint16_t>(text.substr(colon + 1));
  if (!port) return Fail(ErrorCode::kInvalid, Format("\"{}\" is not ADDRESS:PORT", text));
  std::string_view host = text.substr(0, colon);
  if (host.empty()) return FromHostPort("::", *port);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return Fail(ErrorCode::kInvalid, Format("\"{}\": write an IPv6 address in brackets, [::1]:80", text));
  }
  return FromHostPort(host, *port);
}

uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
  return 0;
}

std::string Address::ToString() const {
  char host[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr, host, sizeof host);
    return Format("{}:{}", host, port());
  }
  if (family() == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr, host, sizeof host);
    return Format("[{}]:{}", host, port());
  }
  if (family() == AF_UNIX && length_ > offsetof(sockaddr_un, sun_path)) {
    const auto* unix_address = reinterpret_cast<const sockaddr_un*>(&storage_);
    const size_t bytes = length_ - offsetof(sockaddr_un, sun_path);
    return Format("{}{}", kUnixPrefix,
                  std::string_view(unix_address->sun_path, strnlen(unix_address->sun_path, bytes)));
  }
  return "unknown";
}

}  // namespace cairn::net
