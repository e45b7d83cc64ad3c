#pragma once

// The client's side of one HTTP/1 connection. Internal to the folder and to programs that measure servers.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "http/buffer.h"
#include "http/client.h"
#include "http/client_connection.h"
#include "http/h1_parser.h"
#include "http/h1_receiver.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::http {

// Exchanges, one after the other. Either through Start, or without an object for each: Send, then what
// ClientExchange has, then EndExchange. Once warm, a request costs no allocation.
class H1ClientConnection final : public ClientConnection {
 public:
  // `options` must outlive the connection.
  H1ClientConnection(std::unique_ptr<net::Stream> stream, const ClientOptions& options);

  net::Task<Result<std::unique_ptr<ClientExchange>>> Start(ClientRequest request,
                                                           TimePoint deadline) override;
  bool reusable() const override;
  bool multiplexed() const override { return false; }
  size_t exchanges() const override { return in_exchange_ ? 1 : 0; }

  // As Start. The head of a request with a body of known length goes out with the body's first bytes.
  net::Task<Result<>> Send(ClientRequest request, TimePoint deadline);

  // As in ClientExchange. Writing a body fails with kDisconnected when the server has answered that it does
  // not want it: stop, and read the answer.
  net::Task<Result<>> WriteBody(std::string_view piece);
  net::Task<Result<>> FinishBody(std::span<const Field> trailers);
  net::Task<Result<ResponseHead>> ReadHead(TimePoint deadline);
  net::Task<Result<std::string_view>> ReadBody(TimePoint deadline);
  std::span<const Field> trailers() const { return receiver_.trailers(); }
  Result<std::unique_ptr<net::Stream>> TakeOver();
  bool request_sent() const { return sent_bytes_; }

  // Ends the exchange. The connection stays usable if both messages were whole.
  void EndExchange();

 private:
  enum class Head : uint8_t { kAwaited, kComplete, kBad };

  void Begin(const ClientRequest& request);
  bool IsStale();
  bool ReceivedWhole();
  net::Task<Result<>> Flush(TimePoint deadline);
  net::Task<Result<>> AwaitContinue();
  net::Task<bool> WritableOrReadable(TimePoint deadline);
  void PollHead();
  void ParseHead();
  void RefuseHead(std::string_view reason);
  bool is_refused_early() const;
  Result<> WriteProblem();
  std::unexpected<Error> Break(ErrorCode code, std::string_view what);
  TimePoint WriteDeadline() const { return stream_->loop().Now() + options_.write_timeout; }

  const ClientOptions& options_;
  std::unique_ptr<net::Stream> stream_;
  H1ResponseParser parser_;
  H1Receiver receiver_;
  Buffer out_;
  bool broken_ = false;  // of no use after this exchange
  bool in_exchange_ = false;
  bool used_ = false;  // an exchange has ended on it
  bool read_ended_ = false;

  // The exchange:
  bool sent_bytes_ = false;
  bool received_bytes_ = false;
  bool is_head_request_ = false;
  bool wants_upgrade_ = false;
  bool awaits_continue_ = false;
  bool chunked_ = false;
  bool body_finished_ = true;
  bool taken_over_ = false;
  uint64_t body_left_ = 0;
  int interim_heads_ = 0;
  Head head_state_ = Head::kAwaited;
  std::string_view bad_head_;  // why; static text
};

}  // namespace cairn::http
