#pragma once

// One request after the other on a server's HTTP/1 connection, as exchanges. Internal to the folder.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "http/buffer.h"
#include "http/exchange.h"
#include "http/h1_receiver.h"
#include "http/server_core.h"
#include "net/stream.h"

namespace cairn::http {

class H1ServerExchange : public Exchange {
 public:
  H1ServerExchange(ServerCore& core, net::Stream& stream);

  net::Task<Result<std::string_view>> ReadBody() override;
  std::span<const Field> trailers() const override { return receiver_.trailers(); }
  void Respond(const ResponseHead& head, std::string_view body) override;
  net::Task<Result<>> StartResponse(ResponseHead head, std::optional<uint64_t> content_length) override;
  net::Task<Result<>> WriteBody(std::string_view piece) override;
  net::Task<Result<>> FinishResponse(std::span<const Field> trailers) override;
  net::Task<Result<std::unique_ptr<net::Stream>>> Upgrade(ResponseHead head) override;
  bool client_gone() const override { return broken_ || stream_.PeerClosed(); }
  const net::Stream& stream() const override { return stream_; }

 protected:
  // Prepares for the request whose head is the first `head_bytes` of receiver_.in(). False if it was refused
  // and answered.
  bool Begin(const RequestHead& head, size_t head_bytes);

  // After the handler: completes the response, drops what is left of the request.
  // False when the connection must not be used again.
  net::Task<bool> End();

  // A response of the connection's own, before closing.
  enum class ErrorBody : bool { kWithout, kWith };
  void RespondError(int status, ErrorBody body);

  // Sends all of out_; false when that fails, and the connection is broken.
  net::Task<bool> Flush();

  ServerCore& core_;
  net::Stream& stream_;
  H1Receiver receiver_;
  Buffer out_;
  bool broken_ = false;

 private:
  enum class Response : uint8_t { kNone, kStarted, kComplete };

  bool HasBody(int status) const;
  std::string_view ConnectionValue();
  net::Task<Result<>> ReceiveBody();
  std::unexpected<Error> RefuseBody(int status, ErrorCode code, std::string_view message);
  net::Task<bool> DropRestOfBody();

  RequestHead head_;
  bool continue_sent_ = false;
  bool keep_alive_ = true;
  bool chunked_response_ = false;
  bool bodiless_response_ = false;
  int refused_status_ = 0;  // what ReadBody failed with, if nothing else is answered
  std::optional<uint64_t> response_left_;
  Response response_ = Response::kNone;
};

}  // namespace cairn::http
