#include "http/h1_exchange.h"

#include <array>
#include <string>
#include <utility>

#include "base/strings.h"
#include "http/h1_io.h"
#include "http/h1_serialize.h"

namespace cairn::http {

namespace {

// Responses to pipelined requests are collected up to this much before they are sent.
constexpr size_t kOutBytesMax = 64 * 1024;

// What an unread request body may cost to keep the connection; a longer one closes it.
constexpr uint64_t kDropBytesMax = 256 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

H1ServerExchange::H1ServerExchange(ServerCore& core, net::Stream& stream)
    : core_(core), stream_(stream), receiver_(core.options().message) {
  request_ = &head_;
}

bool H1ServerExchange::Begin(const RequestHead& head, size_t head_bytes) {
  head_ = head;
  receiver_.Begin(head_bytes, head.body, head.content_length);
  continue_sent_ = false;
  keep_alive_ = head.keep_alive;
  refused_status_ = 0;
  response_left_.reset();
  response_ = Response::kNone;
  if (head.method != "CONNECT") return true;
  RespondError(405, ErrorBody::kWith);
  return false;
}

net::Task<bool> H1ServerExchange::Flush() {
  while (!out_.empty() && !broken_) {
    const net::Io io = TryFlush(stream_, out_);
    if (io.status == net::IoStatus::kOk) continue;
    broken_ = io.status != net::IoStatus::kWouldBlock;
    if (broken_) break;
    const TimePoint deadline = core_.loop().Now() + core_.options().write_timeout;
    const bool in_time = co_await stream_.Writable(deadline);
    broken_ = !in_time;
  }
  co_return !broken_;
}

// The request's body.

std::unexpected<Error> H1ServerExchange::RefuseBody(int status, ErrorCode code, std::string_view message) {
  refused_status_ = status;
  keep_alive_ = false;
  return Fail(code, std::string(message));
}

net::Task<Result<std::string_view>> H1ServerExchange::ReadBody() {
  for (;;) {
    const H1Receiver::Piece piece = receiver_.Next();
    if (piece.progress == H1Progress::kDone) co_return piece.bytes;
    if (piece.progress == H1Progress::kError) {
      const H1Error& error = receiver_.error();
      const ErrorCode code = error.status == 413 ? ErrorCode::kOverloaded : ErrorCode::kInvalid;
      co_return RefuseBody(error.status, code, error.reason);
    }
    if (auto received = co_await ReceiveBody(); !received) co_return std::unexpected(received.error());
  }
}

net::Task<Result<>> H1ServerExchange::ReceiveBody() {
  if (head_.expect_continue && !continue_sent_ && !receiver_.body_started() && response_ == Response::kNone) {
    continue_sent_ = true;
    out_.Append(kContinue);
  }
  if (const bool sent = co_await Flush(); !sent) {
    co_return RefuseBody(400, ErrorCode::kDisconnected, "the client is gone");
  }
  Buffer& room = receiver_.room();
  for (;;) {
    const net::Io io = TryFill(stream_, room);
    if (io.status == net::IoStatus::kOk) co_return {};
    if (io.status != net::IoStatus::kWouldBlock) {
      broken_ = true;
      co_return RefuseBody(400, ErrorCode::kDisconnected, "the connection ended within the request's body");
    }
    if (const bool in_time = co_await stream_.Readable(core_.loop().Now() + core_.options().body_timeout);
        !in_time) {
      co_return RefuseBody(408, ErrorCode::kTimeout, "the request's body did not come in time");
    }
  }
}

// Nothing but the body that was announced tells where the next request begins.
net::Task<bool> H1ServerExchange::DropRestOfBody() {
  if (!keep_alive_ || receiver_.length_left() > kDropBytesMax) co_return false;
  for (uint64_t dropped = 0; !receiver_.body_done();) {
    const auto piece = co_await ReadBody();
    if (!piece) co_return false;
    dropped += piece->size();
    if (dropped > kDropBytesMax) co_return false;
  }
  co_return true;
}

// The response.

bool H1ServerExchange::HasBody(int status) const {
  return head_.method != "HEAD" && status != 204 && status != 304;
}

std::string_view H1ServerExchange::ConnectionValue() {
  if (core_.draining() || (head_.expect_continue && !continue_sent_ && !receiver_.body_done()))
    keep_alive_ = false;
  if (!keep_alive_) return "close";
  return head_.version == Version::kHttp10 ? "keep-alive" : "";
}

void H1ServerExchange::Respond(const ResponseHead& head, std::string_view body) {
  if (response_ != Response::kNone) return;
  response_ = Response::kComplete;
  H1Framing framing;
  if (head.status != 204 && head.status != 304) framing.content_length = body.size();
  framing.connection = ConnectionValue();
  AppendResponseHead(out_, head, framing, core_.DateLine());
  if (HasBody(head.status)) out_.Append(body);
}

void H1ServerExchange::RespondError(int status, ErrorBody error_body) {
  keep_alive_ = false;
  const std::string body = Format("{} {}", status, ReasonPhrase(status));
  const std::array<Field, 2> fields = {
      {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}}};
  H1Framing framing;
  framing.content_length = body.size();
  framing.connection = "close";
  ResponseHead head;
  head.status = status;
  head.fields = fields;
  AppendResponseHead(out_, head, framing, core_.DateLine());
  if (error_body == ErrorBody::kWith) out_.Append(body);
}

net::Task<Result<>> H1ServerExchange::StartResponse(ResponseHead head,
                                                    std::optional<uint64_t> content_length) {
  if (response_ != Response::kNone) co_return Fail(ErrorCode::kInvalid, "a response was already started");
  response_ = Response::kStarted;
  bodiless_response_ = !HasBody(head.status);
  chunked_response_ = !bodiless_response_ && !content_length && head_.version != Version::kHttp10;
  if (!bodiless_response_ && !content_length && !chunked_response_) keep_alive_ = false;
  if (!bodiless_response_) response_left_ = content_length;
  H1Framing framing;
  if (head.status != 204 && head.status != 304) framing.content_length = content_length;
  framing.chunked = chunked_response_;
  framing.connection = ConnectionValue();
  AppendResponseHead(out_, head, framing, core_.DateLine());
  // A known length comes with its body at once; an endless stream may have nothing to say for long.
  if (content_length || bodiless_response_) co_return {};
  const bool sent = co_await Flush();
  if (!sent) co_return Fail(ErrorCode::kDisconnected, "the client is gone");
  co_return {};
}

net::Task<Result<>> H1ServerExchange::WriteBody(std::string_view piece) {
  if (response_ != Response::kStarted) co_return Fail(ErrorCode::kInvalid, "no response was started");
  if (bodiless_response_ || piece.empty()) co_return {};
  if (response_left_) {
    if (piece.size() > *response_left_) co_return Fail(ErrorCode::kInvalid, "more body than announced");
    *response_left_ -= piece.size();
  }
  std::array<char, 20> size_line;
  if (chunked_response_) out_.Append(ChunkSizeLine(piece.size(), size_line));
  const std::string_view after = chunked_response_ ? "\r\n" : "";
  while (!piece.empty() && !broken_) {
    const net::Io io = TryWritePiece(stream_, out_, piece, after);
    if (io.status == net::IoStatus::kOk) continue;
    broken_ = io.status != net::IoStatus::kWouldBlock;
    if (broken_) break;
    const TimePoint deadline = core_.loop().Now() + core_.options().write_timeout;
    const bool in_time = co_await stream_.Writable(deadline);
    broken_ = !in_time;
  }
  if (broken_) co_return Fail(ErrorCode::kDisconnected, "the client is gone");
  co_return {};
}

net::Task<Result<>> H1ServerExchange::FinishResponse(std::span<const Field> trailers) {
  if (response_ != Response::kStarted) co_return Fail(ErrorCode::kInvalid, "no response was started");
  if (response_left_.value_or(0) > 0) co_return Fail(ErrorCode::kInvalid, "less body than announced");
  response_ = Response::kComplete;
  if (chunked_response_) AppendLastChunk(out_, trailers);
  co_return {};
}

net::Task<Result<std::unique_ptr<net::Stream>>> H1ServerExchange::Upgrade(ResponseHead head) {
  if (response_ != Response::kNone || head_.upgrade.empty() || !receiver_.body_done()) {
    co_return Fail(ErrorCode::kInvalid, "the request does not ask for an upgrade");
  }
  response_ = Response::kComplete;
  keep_alive_ = false;
  head.status = 101;
  H1Framing framing;
  framing.connection = "Upgrade";
  AppendResponseHead(out_, head, framing, core_.DateLine());
  if (const bool sent = co_await Flush(); !sent)
    co_return Fail(ErrorCode::kDisconnected, "the client is gone");
  co_return MakeUpgradedStream(stream_, receiver_.TakeUnread());
}

net::Task<bool> H1ServerExchange::End() {
  if (broken_) co_return false;
  if (response_ == Response::kStarted) {  // the client must see that something is missing
    broken_ = true;
    co_return false;
  }
  if (response_ == Response::kNone) {
    if (refused_status_ == 0) refused_status_ = 500;
    RespondError(refused_status_, HasBody(refused_status_) ? ErrorBody::kWith : ErrorBody::kWithout);
  }
  if (!receiver_.body_done()) {
    const bool dropped = co_await DropRestOfBody();
    if (!dropped) keep_alive_ = false;
  }
  receiver_.End();
  if (out_.size() > kOutBytesMax) co_await Flush();
  co_return keep_alive_ && !broken_;
}

}  // namespace cairn::http
