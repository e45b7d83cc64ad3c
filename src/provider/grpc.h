#pragma once

// gRPC's calls over HTTP/2 (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), as far as
// plugins need them: one message to the server, and one or a stream of them back, uncompressed.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "http/client.h"
#include "http/client_connection.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::provider {

struct GrpcLimits {
  size_t message_bytes_max = size_t{64} << 20;  // received; a larger one is kOverloaded
};

// A call that the server answers with any number of messages. Destroying it cancels the call.
class GrpcStream {
 public:
  // The next message; nothing at the regular end. Errors as of GrpcConnection::Call.
  net::Task<Result<std::optional<std::string>>> Next(TimePoint deadline);

 private:
  friend class GrpcConnection;
  GrpcStream(std::unique_ptr<http::ClientExchange> exchange, const GrpcLimits& limits)
      : exchange_(std::move(exchange)), limits_(limits) {}
  net::Task<Result<>> ReadHead(TimePoint deadline);
  // What the buffer begins with, if it is whole.
  Result<std::optional<std::string>> TakeMessage();

  std::unique_ptr<http::ClientExchange> exchange_;
  const GrpcLimits& limits_;
  bool head_read_ = false;
  std::string buffer_;
};

// Calls may run at the same time; none may outlive the connection.
class GrpcConnection {
 public:
  // `stream` leads to a server that speaks HTTP/2.
  explicit GrpcConnection(std::unique_ptr<net::Stream> stream, const GrpcLimits& limits = {});
  GrpcConnection(const GrpcConnection&) = delete;
  GrpcConnection& operator=(const GrpcConnection&) = delete;

  // `path` is "/package.Service/Method". The answer's message, or: kDisconnected (the connection ended),
  // kTimeout, kOverloaded (the answer is too large, or the server says so), kInternal (what it sent is no
  // gRPC), kNotFound (UNIMPLEMENTED: it has no such method), and by the other statuses of gRPC.
  net::Task<Result<std::string>> Call(std::string path, std::string message, TimePoint deadline);

  net::Task<Result<std::unique_ptr<GrpcStream>>> OpenStream(std::string path, std::string message,
                                                            TimePoint deadline);

 private:
  const GrpcLimits limits_;
  http::ClientOptions options_;
  std::unique_ptr<http::ClientConnection> connection_;
};

// The error of a status that is not 0 (OK). `message` as on the wire, in percent-encoding.
Error GrpcError(int status, std::string_view message);

}  // namespace cairn::provider
