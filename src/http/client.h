#pragma once

// An HTTP client with kept-alive connections, on one loop.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/tls.h"

namespace cairn::http {

// Where requests go: connections are shared by requests of the same origin.
struct Origin {
  bool tls = false;
  std::string host;  // a name or a numeric address, without brackets
  uint16_t port = 80;

  bool operator==(const Origin&) const = default;
};

struct ClientRequest {
  std::string_view method = "GET";
  std::string_view target = "/";    // origin-form
  std::string_view authority;       // Host or :authority; empty: made of the origin
  std::span<const Field> fields;    // without Host and framing
  BodyKind body = BodyKind::kNone;  // kStreamed: of unknown length
  uint64_t content_length = 0;      // if body is kLength
  bool expect_continue = false;
  std::string_view upgrade;  // if set, sent as Upgrade and named in Connection
};

// One request that has been sent and its response. Destroying it before the response's end gives its
// connection up (HTTP/1) or resets its stream (HTTP/2). Everything is awaited by one task at a time, but a
// body may be written by one task while another reads the response.
class ClientExchange {
 public:
  virtual ~ClientExchange() = default;

  // The request's body, exactly as announced. kDisconnected also says that the server has answered without
  // wanting the rest: after a failure, ReadHead may still give an answer.
  virtual net::Task<Result<>> WriteBody(std::string_view piece) = 0;
  virtual net::Task<Result<>> FinishBody(std::span<const Field> trailers = {}) = 0;

  // The response's head, past interim ones (101 is final). It views into this exchange.
  virtual net::Task<Result<ResponseHead>> ReadHead(TimePoint deadline) = 0;

  // The next piece of the response's body, valid until the next call; empty at its end.
  virtual net::Task<Result<std::string_view>> ReadBody(TimePoint deadline) = 0;
  virtual std::span<const Field> trailers() const = 0;

  // After a head with status 101: the connection, bytes already received included. It must not outlive this.
  virtual Result<std::unique_ptr<net::Stream>> TakeOver() = 0;

  // Whether the server may have seen the request. After a failure with false, sending it again is safe.
  virtual bool request_sent() const = 0;
};

struct ClientOptions {
  MessageLimits message;                       // body_bytes_max bounds Fetch only
  std::shared_ptr<const net::TlsContext> tls;  // for origins with tls; null: the system's trust store
  bool http2 = true;                           // by ALPN; without TLS only if http2_prior_knowledge
  bool http2_prior_knowledge = false;
  size_t idle_connections_per_origin_max = 64;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration write_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(60);
};

// A whole response, owned.
struct FetchedResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

class ClientPool;

class Client {
 public:
  // `resolver` must outlive the client.
  Client(net::Loop& loop, net::Resolver& resolver, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends a request's head over an idle connection to `origin` or a new one. The strings in `request` must
  // live until this returns. The exchange must not outlive the client. A kept connection that proves dead
  // before a byte of response came, for a request without a body and with a safe method, is replaced once
  // without telling; to that end, this waits for the response's head, until `deadline`, where it sends such a
  // request over a kept connection.
  net::Task<Result<std::unique_ptr<ClientExchange>>> Send(Origin origin, ClientRequest request,
                                                          TimePoint deadline);

  // Sends a request with `body`, reads the whole response.
  net::Task<Result<FetchedResponse>> Fetch(Origin origin, ClientRequest request, std::string body,
                                           TimePoint deadline);

 private:
  std::unique_ptr<ClientPool> pool_;
};

}  // namespace cairn::http
