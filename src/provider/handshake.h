#pragma once

// The line with which a plugin says where it listens, as go-plugin writes it: six fields parted by "|": the
// version of the handshake (1), the protocol, the network ("unix" or "tcp"), the address, "grpc", and the
// server's certificate (DER, in base64 without padding), or nothing.

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/address.h"
#include "provider/schema_wire.h"

namespace cairn::provider {

inline constexpr size_t kHandshakeBytesMax = 16 * 1024;

struct Handshake {
  Protocol protocol = Protocol::k6;
  net::Address address = {};
  std::string socket_path = {};      // of a Unix socket
  std::string certificate_pem = {};  // empty: no TLS
};

// `line` without its newline. kInvalid, with what is wrong.
Result<Handshake> ParseHandshake(std::string_view line);

// "unix" and a path, or "tcp" and "host:port".
Result<net::Address> ParsePluginAddress(std::string_view network, std::string_view address);

}  // namespace cairn::provider
