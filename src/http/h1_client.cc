#include "http/h1_client.h"

#include <array>
#include <cassert>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "http/h1_io.h"
#include "http/h1_serialize.h"
#include "net/task_group.h"

namespace cairn::http {

namespace {

// How long to wait for 100 (Continue) before sending the body anyway (RFC 9110, section 10.1.1).
constexpr Duration kContinueTimeout = std::chrono::seconds(1);

constexpr int kInterimHeadsMax = 32;

// Bodies are read in pieces and may be endless; who collects one bounds it.
MessageLimits WithoutBodyLimit(MessageLimits limits) {
  limits.body_bytes_max = std::numeric_limits<uint64_t>::max();
  return limits;
}

// Methods that are expected to carry a body, so that a request without one says so.
bool AnnouncesEmptyBody(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

struct News {
  explicit News(net::Loop& loop) : wait_list(loop) {}
  void Tell() {
    told = true;
    wait_list.WakeAll();
  }
  bool told = false;
  net::WaitList wait_list;
};

net::Task<void> TellWhenReadable(net::Stream& stream, News& news) {
  co_await stream.Readable(kNever);
  news.Tell();
}

net::Task<void> TellWhenWritable(net::Stream& stream, News& news) {
  co_await stream.Writable(kNever);
  news.Tell();
}

// The connection's exchange as an object.
class H1ClientExchange final : public ClientExchange {
 public:
  explicit H1ClientExchange(H1ClientConnection& connection) : connection_(connection) {}
  ~H1ClientExchange() override { connection_.EndExchange(); }

  // As coroutine frames: from a free list.
  static void* operator new(size_t bytes) { return net::internal::AllocateFrame(bytes); }
  static void operator delete(void* at, size_t bytes) noexcept { net::internal::FreeFrame(at, bytes); }

  net::Task<Result<>> WriteBody(std::string_view piece) override { return connection_.WriteBody(piece); }
  net::Task<Result<>> FinishBody(std::span<const Field> trailers) override {
    return connection_.FinishBody(trailers);
  }
  net::Task<Result<ResponseHead>> ReadHead(TimePoint deadline) override {
    return connection_.ReadHead(deadline);
  }
  net::Task<Result<std::string_view>> ReadBody(TimePoint deadline) override {
    return connection_.ReadBody(deadline);
  }
  std::span<const Field> trailers() const override { return connection_.trailers(); }
  Result<std::unique_ptr<net::Stream>> TakeOver() override { return connection_.TakeOver(); }
  bool request_sent() const override { return connection_.request_sent(); }

 private:
  H1ClientConnection& connection_;
};

}  // namespace

H1ClientConnection::H1ClientConnection(std::unique_ptr<net::Stream> stream, const ClientOptions& options)
    : options_(options),
      stream_(std::move(stream)),
      parser_(options.message),
      receiver_(WithoutBodyLimit(options.message)) {}

bool H1ClientConnection::reusable() const {
  return !broken_ && !in_exchange_ && !stream_->PeerClosed();
}

std::unexpected<Error> H1ClientConnection::Break(ErrorCode code, std::string_view what) {
  broken_ = true;
  return Fail(code, std::string(what));
}

// The request.

net::Task<Result<std::unique_ptr<ClientExchange>>> H1ClientConnection::Start(ClientRequest request,
                                                                             TimePoint deadline) {
  auto sent = co_await Send(request, deadline);
  if (!sent) {
    EndExchange();
    co_return std::unexpected(std::move(sent.error()));
  }
  co_return std::make_unique<H1ClientExchange>(*this);
}

// Between exchanges a server has nothing to say: it has closed, or is about to (408), or is confused.
bool H1ClientConnection::IsStale() {
  if (stream_->PeerClosed()) return true;
  return TryFill(*stream_, receiver_.in()).status != net::IoStatus::kWouldBlock;
}

void H1ClientConnection::Begin(const ClientRequest& request) {
  in_exchange_ = true;
  sent_bytes_ = received_bytes_ = taken_over_ = false;
  is_head_request_ = request.method == "HEAD";
  wants_upgrade_ = !request.upgrade.empty();
  chunked_ = request.body == BodyKind::kStreamed;
  body_left_ = request.body == BodyKind::kLength ? request.content_length : 0;
  body_finished_ = !chunked_ && body_left_ == 0;
  awaits_continue_ = request.expect_continue && !body_finished_;
  interim_heads_ = 0;
  head_state_ = Head::kAwaited;
  parser_.Reset(request.method);
  H1RequestFraming framing;
  framing.chunked = chunked_;
  if (request.body == BodyKind::kLength) framing.content_length = request.content_length;
  if (request.body == BodyKind::kNone && AnnouncesEmptyBody(request.method)) framing.content_length = 0;
  framing.upgrade = request.upgrade;
  if (wants_upgrade_) framing.connection = "Upgrade";
  framing.expect_continue = awaits_continue_;
  AppendRequestHead(out_, request.method, request.target, request.authority, request.fields, framing);
}

net::Task<Result<>> H1ClientConnection::Send(ClientRequest request, TimePoint deadline) {
  assert(!in_exchange_);
  if (!IsRequestLine(request.method, request.target, request.authority) || request.method == "CONNECT") {
    co_return Fail(ErrorCode::kInvalid, "bad method, target or host of a request");
  }
  if (broken_ || (used_ && IsStale())) {
    co_return Break(ErrorCode::kDisconnected, "the server has closed the connection");
  }
  Begin(request);
  if (body_left_ > 0 && !awaits_continue_) co_return {};
  co_return co_await Flush(deadline);
}

net::Task<Result<>> H1ClientConnection::Flush(TimePoint deadline) {
  while (!out_.empty()) {
    const net::Io io = TryFlush(*stream_, out_);
    if (io.status == net::IoStatus::kOk) {
      sent_bytes_ = true;
    } else if (io.status != net::IoStatus::kWouldBlock) {
      co_return Break(ErrorCode::kDisconnected, "the connection broke while sending a request");
    } else if (const bool in_time = co_await stream_->Writable(deadline); !in_time) {
      co_return Break(ErrorCode::kTimeout, "the server took no bytes of a request in time");
    }
  }
  co_return {};
}

// Whether the server has said that it does not want the rest of the body. After an early success it may:
// the two bodies can flow at the same time.
bool H1ClientConnection::is_refused_early() const {
  if (head_state_ == Head::kBad) return true;
  return head_state_ == Head::kComplete && (parser_.head().status >= 300 || !parser_.head().keep_alive);
}

Result<> H1ClientConnection::WriteProblem() {
  PollHead();
  if (!is_refused_early()) return {};
  return Break(ErrorCode::kDisconnected, "the server answered before it had the whole body");
}

net::Task<Result<>> H1ClientConnection::AwaitContinue() {
  const TimePoint deadline = stream_->loop().Now() + kContinueTimeout;
  for (;;) {
    PollHead();
    if (!awaits_continue_ || head_state_ != Head::kAwaited || read_ended_) break;
    if (const bool in_time = co_await stream_->Readable(deadline); !in_time) break;
  }
  awaits_continue_ = false;
  co_return WriteProblem();
}

// False if neither comes before `deadline`.
net::Task<bool> H1ClientConnection::WritableOrReadable(TimePoint deadline) {
  if (head_state_ != Head::kAwaited || read_ended_) co_return co_await stream_->Writable(deadline);
  News news(stream_->loop());
  net::TaskGroup waiting(stream_->loop());
  waiting.Spawn(TellWhenWritable(*stream_, news));
  waiting.Spawn(TellWhenReadable(*stream_, news));
  co_return co_await news.wait_list.Wait(deadline, news.told);
}

net::Task<Result<>> H1ClientConnection::WriteBody(std::string_view piece) {
  if (piece.empty()) co_return {};
  if (body_finished_ || (!chunked_ && piece.size() > body_left_)) {
    co_return Break(ErrorCode::kInvalid, "more body than announced");
  }
  if (awaits_continue_) {
    if (auto result = co_await AwaitContinue(); !result) co_return result;
  }
  std::array<char, 20> size_line;
  if (chunked_) {
    out_.Append(ChunkSizeLine(piece.size(), size_line));
  } else {
    body_left_ -= piece.size();
  }
  const std::string_view after = chunked_ ? "\r\n" : "";
  while (!piece.empty()) {
    if (auto result = WriteProblem(); !result) co_return result;
    const net::Io io = TryWritePiece(*stream_, out_, piece, after);
    if (io.status == net::IoStatus::kOk) {
      sent_bytes_ = true;
    } else if (io.status != net::IoStatus::kWouldBlock) {
      co_return Break(ErrorCode::kDisconnected, "the connection broke while sending a body");
    } else if (const bool in_time = co_await WritableOrReadable(WriteDeadline()); !in_time) {
      co_return Break(ErrorCode::kTimeout, "the server took no bytes of a body in time");
    }
  }
  co_return {};
}

net::Task<Result<>> H1ClientConnection::FinishBody(std::span<const Field> trailers) {
  if (body_finished_) co_return {};
  if (body_left_ > 0) co_return Break(ErrorCode::kInvalid, "less body than announced");
  if (awaits_continue_) {
    if (auto result = co_await AwaitContinue(); !result) co_return result;
  }
  if (chunked_) AppendLastChunk(out_, trailers);
  if (auto flushed = co_await Flush(WriteDeadline()); !flushed) co_return flushed;
  body_finished_ = true;
  co_return {};
}

// The response.

// Takes what has arrived of the head, without waiting.
void H1ClientConnection::PollHead() {
  while (head_state_ == Head::kAwaited && !read_ended_) {
    const net::Io io = TryFill(*stream_, receiver_.in());
    if (io.status == net::IoStatus::kWouldBlock) return;
    if (io.status != net::IoStatus::kOk) {
      read_ended_ = true;
      return;
    }
    received_bytes_ = true;
    ParseHead();
  }
}

void H1ClientConnection::RefuseHead(std::string_view reason) {
  head_state_ = Head::kBad;
  bad_head_ = reason;
}

void H1ClientConnection::ParseHead() {
  Buffer& in = receiver_.in();
  while (!in.empty()) {
    const H1Progress progress = parser_.Parse(in.view());
    if (progress == H1Progress::kNeedMore) return;
    if (progress == H1Progress::kError) return RefuseHead(parser_.error().reason);
    const ResponseHead& head = parser_.head();
    if (head.status == 101 && !wants_upgrade_) return RefuseHead("101 without being asked");
    if (head.status >= 200 || head.status == 101) {
      head_state_ = Head::kComplete;
      receiver_.Begin(parser_.consumed(), head.body, head.content_length);
      return;
    }
    if (++interim_heads_ > kInterimHeadsMax) return RefuseHead("too many interim responses");
    if (head.status == 100) awaits_continue_ = false;
    in.Consume(parser_.consumed());
    parser_.Reset(is_head_request_ ? "HEAD" : "GET");
  }
}

net::Task<Result<ResponseHead>> H1ClientConnection::ReadHead(TimePoint deadline) {
  // The head may still wait for the body's first bytes. If it cannot be sent, an answer can be there all the
  // same.
  if (!out_.empty() && !broken_) (void)co_await Flush(deadline);
  for (;;) {
    PollHead();
    if (head_state_ == Head::kComplete) co_return parser_.head();
    if (head_state_ == Head::kBad) co_return Break(ErrorCode::kInternal, bad_head_);
    if (read_ended_ && received_bytes_) {
      co_return Break(ErrorCode::kInternal, "the response's head was cut off");
    }
    if (read_ended_) co_return Break(ErrorCode::kDisconnected, "the server closed without an answer");
    const bool readable = co_await stream_->Readable(deadline);
    if (!readable) co_return Fail(ErrorCode::kTimeout, "the server did not answer in time");
  }
}

net::Task<Result<std::string_view>> H1ClientConnection::ReadBody(TimePoint deadline) {
  if (head_state_ != Head::kComplete) co_return Fail(ErrorCode::kInvalid, "no head was read");
  for (;;) {
    const H1Receiver::Piece piece = receiver_.Next();
    if (piece.progress == H1Progress::kDone) co_return piece.bytes;
    if (piece.progress == H1Progress::kError) {
      co_return Break(ErrorCode::kInternal, receiver_.error().reason);
    }
    const net::Io io = TryFill(*stream_, receiver_.room());
    if (io.status == net::IoStatus::kOk) continue;
    if (io.status == net::IoStatus::kWouldBlock) {
      if (const bool in_time = co_await stream_->Readable(deadline); !in_time) {
        co_return Fail(ErrorCode::kTimeout, "the response's body did not come in time");
      }
    } else if (io.status != net::IoStatus::kEnd || !receiver_.EndBody()) {
      co_return Break(ErrorCode::kDisconnected, "the response's body was cut off");
    }
  }
}

Result<std::unique_ptr<net::Stream>> H1ClientConnection::TakeOver() {
  if (head_state_ != Head::kComplete || parser_.head().status != 101 || taken_over_) {
    return Fail(ErrorCode::kInvalid, "the server did not switch protocols");
  }
  taken_over_ = true;
  return MakeUpgradedStream(*stream_, receiver_.TakeUnread());
}

// Drops what has arrived and was not read; the last chunk, for instance.
bool H1ClientConnection::ReceivedWhole() {
  if (head_state_ != Head::kComplete || parser_.head().status == 101) return false;
  H1Receiver::Piece piece;
  do {
    piece = receiver_.Next();
  } while (!piece.bytes.empty());
  return receiver_.body_done();
}

void H1ClientConnection::EndExchange() {
  if (!in_exchange_) return;
  in_exchange_ = false;
  used_ = true;
  if (!ReceivedWhole() || !body_finished_ || !parser_.head().keep_alive) broken_ = true;
  receiver_.End();
  if (!receiver_.in().empty() || !out_.empty()) broken_ = true;
}

}  // namespace cairn::http
