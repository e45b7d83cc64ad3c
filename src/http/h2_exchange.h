#pragma once

// One request and its response on a server's HTTP/2 connection. Internal to the folder.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "http/exchange.h"
#include "http/h2_session.h"
#include "http/h2_stream.h"
#include "http/server_core.h"
#include "net/task.h"

namespace cairn::http {

class H2ServerExchange;

// What an exchange asks of its connection.
class H2ExchangeOwner {
 public:
  virtual void OnRequest(H2ServerExchange& exchange) = 0;  // its head is complete: Start() it soon
  virtual void OnResponse() = 0;                           // a response's head is about to be submitted
  virtual void OnOver(H2ServerExchange& exchange) = 0;     // it may be destroyed, but not at once

 protected:
  ~H2ExchangeOwner() = default;
};

// Lives until its stream is closed and, if that happened regularly, the handler has ended. A stream that is
// reset takes its handler with it.
class H2ServerExchange final : public Exchange, public H2Stream {
 public:
  H2ServerExchange(ServerCore& core, H2Session& session, H2ExchangeOwner& owner);
  ~H2ServerExchange() override;

  // Answers the request, or runs the handler as far as it gets.
  void Start();

  net::Task<Result<std::string_view>> ReadBody() override;
  std::span<const Field> trailers() const override { return received_trailers(); }
  void Respond(const ResponseHead& head, std::string_view body) override;
  net::Task<Result<>> StartResponse(ResponseHead head, std::optional<uint64_t> content_length) override;
  net::Task<Result<>> WriteBody(std::string_view piece) override;
  net::Task<Result<>> FinishResponse(std::span<const Field> trailers) override;
  net::Task<Result<std::unique_ptr<net::Stream>>> Upgrade(ResponseHead head) override;
  bool client_gone() const override { return closed() || transport_.PeerClosed(); }
  const net::Stream& stream() const override { return transport_; }

  // The stream's end was a regular one.
  bool completed() const { return completed_; }

  // As coroutine frames: from a free list.
  static void* operator new(size_t bytes) { return net::internal::AllocateFrame(bytes); }
  static void operator delete(void* at, size_t bytes) noexcept { net::internal::FreeFrame(at, bytes); }

  size_t index = 0;  // in the owner's table

 private:
  enum class Response : uint8_t { kNone, kStarted, kComplete };

  bool OnHead(bool end_stream) override;
  void OnOutputEnded() override;
  void OnClosed(uint32_t code, bool by_peer) override;

  net::Task<void> Handle();
  void EndHandling();
  void LeaveRequest();
  bool HasBody(int status) const;
  void SubmitHead(const ResponseHead& head, std::optional<uint64_t> content_length, bool has_body);
  void SendContinue();
  void RespondError(int status);
  std::unexpected<Error> RefuseBody(int status, ErrorCode code, std::string_view message);

  ServerCore& core_;
  H2Session& session_;
  H2ExchangeOwner& owner_;
  const net::Stream& transport_;
  RequestHead head_;
  std::optional<H2Refusal> refusal_;
  uint64_t body_read_ = 0;
  int refused_status_ = 0;  // what ReadBody failed with, if nothing else is answered
  bool continue_sent_ = false;
  bool bodiless_response_ = false;
  bool in_flight_ = false;
  bool handled_ = false;
  bool completed_ = false;
  Response response_ = Response::kNone;
  net::Task<void> handling_;
};

}  // namespace cairn::http
