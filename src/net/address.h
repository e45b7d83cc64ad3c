#pragma once

// Socket addresses as values: IPv4, IPv6 and Unix paths.

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::net {

class Address {
 public:
  Address() = default;
  Address(const sockaddr* address, socklen_t length);

  // "127.0.0.1:80", "[::1]:80", ":80" (any address, IPv6 and IPv4), "unix:/path". Names are not resolved.
  static Result<Address> Parse(std::string_view text);

  // A numeric host ("10.0.0.1", "::1") and a port, or kInvalid if `host` is a name.
  static Result<Address> FromHostPort(std::string_view host, uint16_t port);

  // As Parse reads it.
  std::string ToString() const;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t length() const { return length_; }
  int family() const { return storage_.ss_family; }
  uint16_t port() const;  // 0 for Unix paths

 private:
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

}  // namespace cairn::net
