#pragma once

// One request and its response, whatever the protocol version; and the handler that a server gives it to.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::http {

// Valid until the handler's task ends. Exactly one response is sent, by Respond, by StartResponse …
// FinishResponse or by Upgrade; a handler that ends without one answers 500, and one that ends in the middle
// breaks the connection off.
class Exchange {
 public:
  virtual ~Exchange() = default;

  const RequestHead& request() const { return *request_; }

  // The next piece of the request's body, valid until the next call; empty at its end. kInvalid (malformed),
  // kOverloaded (over body_bytes_max), kTimeout or kDisconnected end the exchange: just return.
  virtual net::Task<Result<std::string_view>> ReadBody() = 0;

  // The trailer fields, after ReadBody has returned the empty piece.
  virtual std::span<const Field> trailers() const = 0;

  // The whole response at once. Framing, Date and Connection are added. Does not wait: the bytes are
  // buffered.
  virtual void Respond(const ResponseHead& head, std::string_view body) = 0;

  // The response in pieces; `content_length` if it is known. Each write waits until the peer has taken most
  // of what was written before.
  virtual net::Task<Result<>> StartResponse(ResponseHead head, std::optional<uint64_t> content_length) = 0;
  virtual net::Task<Result<>> WriteBody(std::string_view piece) = 0;
  virtual net::Task<Result<>> FinishResponse(std::span<const Field> trailers = {}) = 0;

  // Answers 101 with `head`'s fields and hands the connection over, bytes already received included. HTTP/1.1
  // only: kInvalid otherwise. The stream must not outlive the handler's task.
  virtual net::Task<Result<std::unique_ptr<net::Stream>>> Upgrade(ResponseHead head) = 0;

  // True once the client is known to be gone; nobody will read the response.
  virtual bool client_gone() const = 0;

  // The connection: addresses, encryption.
  virtual const net::Stream& stream() const = 0;

 protected:
  const RequestHead* request_ = nullptr;
};

// Shared by all connections of a loop.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual net::Task<void> Handle(Exchange& exchange) = 0;
};

}  // namespace cairn::http
