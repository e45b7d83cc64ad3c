#include "http/h1_exchange.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "http/h1_serialize.h"

namespace cairn::http {

namespace {

constexpr size_t kReadBytesMin = 4096;

// Responses to pipelined requests are collected up to this much before they are sent.
constexpr size_t kOutBytesMax = 64 * 1024;

// What an unread request body may cost to keep the connection; a longer one closes it.
constexpr uint64_t kDropBytesMax = 256 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

iovec ToIovec(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

// The connection after an upgrade: first what had been received already.
class UpgradedStream final : public net::Stream {
 public:
  UpgradedStream(net::Stream& inner, Buffer received) : inner_(inner), received_(std::move(received)) {}

  net::Io TryRead(std::span<char> into) override {
    if (received_.empty()) return Remember(inner_.TryRead(into));
    const size_t bytes = received_.view().copy(into.data(), into.size());
    received_.Consume(bytes);
    return {net::IoStatus::kOk, bytes};
  }
  net::Io TryWrite(std::span<const iovec> pieces) override { return Remember(inner_.TryWrite(pieces)); }
  net::Waiter Readable(TimePoint deadline) override {
    if (!received_.empty()) return net::Waiter(loop(), nullptr, deadline, true);
    return inner_.Readable(deadline);
  }
  net::Waiter Writable(TimePoint deadline) override { return inner_.Writable(deadline); }
  void WakeReaders() override { inner_.WakeReaders(); }
  void FinishWriting() override { inner_.FinishWriting(); }
  bool PeerClosed() const override { return inner_.PeerClosed(); }
  std::string_view protocol() const override { return inner_.protocol(); }
  bool encrypted() const override { return inner_.encrypted(); }
  net::Loop& loop() const override { return inner_.loop(); }

 private:
  net::Io Remember(net::Io io) {
    if (io.status == net::IoStatus::kFailed) error_ = inner_.error();
    return io;
  }

  net::Stream& inner_;
  Buffer received_;
};

}  // namespace

H1ServerExchange::H1ServerExchange(ServerCore& core, net::Stream& stream)
    : core_(core), stream_(stream), chunked_(core.options().message) {
  request_ = &head_;
}

bool H1ServerExchange::Begin(const RequestHead& head, size_t head_bytes) {
  head_ = head;
  in_used_ = head_bytes;
  piece_bytes_ = 0;
  body_left_ = head.content_length;
  body_read_ = 0;
  body_done_ = head.body == BodyKind::kNone || (head.body == BodyKind::kLength && head.content_length == 0);
  if (head.body == BodyKind::kStreamed) chunked_ = ChunkedDecoder(core_.options().message);
  continue_sent_ = false;
  keep_alive_ = head.keep_alive;
  refused_status_ = 0;
  response_left_.reset();
  response_ = Response::kNone;
  if (head.method == "CONNECT") {
    RespondError(405);
    return false;
  }
  if (head.body == BodyKind::kLength && head.content_length > core_.options().message.body_bytes_max) {
    RespondError(413);
    return false;
  }
  return true;
}

net::Io H1ServerExchange::TryFill(Buffer& buffer) {
  const net::Io io = stream_.TryRead(buffer.Room(kReadBytesMin));
  buffer.Commit(io.bytes);
  buffer.Consume(0);  // gives an empty buffer's memory back
  return io;
}

net::Task<bool> H1ServerExchange::Flush() {
  while (!out_.empty() && !broken_) {
    const iovec piece = ToIovec(out_.view());
    const net::Io io = stream_.TryWrite({&piece, 1});
    if (io.status == net::IoStatus::kOk) {
      out_.Consume(io.bytes);
    } else if (io.status != net::IoStatus::kWouldBlock ||
               !co_await stream_.Writable(core_.loop().Now() + core_.options().write_timeout)) {
      broken_ = true;
    }
  }
  co_return !broken_;
}

// The request's body.

std::string_view H1ServerExchange::UnreadBody() const {
  return in_used_ < in_.size() ? in_.view().substr(in_used_) : body_.view();
}

void H1ServerExchange::DropPiece() {
  if (in_used_ < in_.size()) {
    in_used_ += piece_bytes_;
  } else {
    body_.Consume(piece_bytes_);
  }
  piece_bytes_ = 0;
}

std::unexpected<Error> H1ServerExchange::RefuseBody(int status, ErrorCode code, std::string_view message) {
  refused_status_ = status;
  keep_alive_ = false;
  return Fail(code, std::string(message));
}

net::Task<Result<std::string_view>> H1ServerExchange::ReadBody() {
  for (;;) {
    if (body_done_) co_return std::string_view();
    DropPiece();
    const std::string_view unread = UnreadBody();
    if (head_.body == BodyKind::kLength && !unread.empty()) {
      piece_bytes_ = std::min<uint64_t>(unread.size(), body_left_);
      body_left_ -= piece_bytes_;
      body_done_ = body_left_ == 0;
      co_return unread.substr(0, piece_bytes_);
    }
    if (head_.body == BodyKind::kStreamed && !unread.empty()) {
      const ChunkedDecoder::Step step = chunked_.Feed(unread);
      if (step.progress == H1Progress::kError) {
        co_return RefuseBody(chunked_.error().status, ErrorCode::kInvalid, chunked_.error().reason);
      }
      piece_bytes_ = step.consumed;
      body_done_ = step.progress == H1Progress::kDone;
      body_read_ += step.data.size();
      if (body_read_ > core_.options().message.body_bytes_max) {
        co_return RefuseBody(413, ErrorCode::kOverloaded, "the request's body is too large");
      }
      if (!step.data.empty()) co_return step.data;
      if (step.consumed > 0) continue;
    }
    if (auto received = co_await ReceiveBody(); !received) co_return std::unexpected(received.error());
  }
}

net::Task<Result<>> H1ServerExchange::ReceiveBody() {
  if (in_used_ < in_.size()) {  // an incomplete chunk line behind the head
    body_.Append(in_.view().substr(in_used_));
    in_used_ = in_.size();
  }
  if (head_.expect_continue && !continue_sent_ && body_read_ == 0 && response_ == Response::kNone) {
    continue_sent_ = true;
    out_.Append(kContinue);
  }
  if (!out_.empty() && !co_await Flush()) {
    co_return RefuseBody(400, ErrorCode::kDisconnected, "the client is gone");
  }
  for (;;) {
    const net::Io io = TryFill(body_);
    if (io.status == net::IoStatus::kOk) co_return {};
    if (io.status != net::IoStatus::kWouldBlock) {
      broken_ = true;
      co_return RefuseBody(400, ErrorCode::kDisconnected, "the connection ended within the request's body");
    }
    if (!co_await stream_.Readable(core_.loop().Now() + core_.options().body_timeout)) {
      co_return RefuseBody(408, ErrorCode::kTimeout, "the request's body did not come in time");
    }
  }
}

// Nothing but the body that was announced tells where the next request begins.
net::Task<bool> H1ServerExchange::DropRestOfBody() {
  const bool withheld = head_.expect_continue && !continue_sent_ && UnreadBody().empty();
  const bool too_long = head_.body == BodyKind::kLength && body_left_ > kDropBytesMax;
  if (withheld || too_long || !keep_alive_) co_return false;
  for (uint64_t dropped = 0; !body_done_;) {
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
  if (core_.draining() || (head_.expect_continue && !continue_sent_ && !body_done_)) keep_alive_ = false;
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

void H1ServerExchange::RespondError(int status) {
  keep_alive_ = false;
  const std::string body = Format("{} {}", status, ReasonPhrase(status));
  const std::array<Field, 1> fields = {{{"Content-Type", "text/plain; charset=utf-8"}}};
  H1Framing framing;
  framing.content_length = body.size();
  framing.connection = "close";
  ResponseHead head;
  head.status = status;
  head.fields = fields;
  AppendResponseHead(out_, head, framing, core_.DateLine());
  out_.Append(body);
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
  if (!content_length && !co_await Flush()) co_return Fail(ErrorCode::kDisconnected, "the client is gone");
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
  // What is buffered, the piece and what ends it go out in one call, the piece uncopied.
  while (!piece.empty() && !broken_) {
    const std::string_view before = out_.view();
    const std::array<iovec, 3> pieces = {ToIovec(before), ToIovec(piece), ToIovec(after)};
    const net::Io io = stream_.TryWrite(pieces);
    if (io.status == net::IoStatus::kOk) {
      const size_t of_buffer = std::min(io.bytes, before.size());
      const size_t of_piece = std::min(io.bytes - of_buffer, piece.size());
      out_.Consume(of_buffer);
      piece.remove_prefix(of_piece);
      if (piece.empty()) out_.Append(after.substr(io.bytes - of_buffer - of_piece));
    } else if (io.status != net::IoStatus::kWouldBlock ||
               !co_await stream_.Writable(core_.loop().Now() + core_.options().write_timeout)) {
      broken_ = true;
    }
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
  if (response_ != Response::kNone || head_.upgrade.empty() || !body_done_) {
    co_return Fail(ErrorCode::kInvalid, "the request does not ask for an upgrade");
  }
  response_ = Response::kComplete;
  keep_alive_ = false;
  head.status = 101;
  H1Framing framing;
  framing.connection = "Upgrade";
  AppendResponseHead(out_, head, framing, core_.DateLine());
  if (!co_await Flush()) co_return Fail(ErrorCode::kDisconnected, "the client is gone");
  Buffer received;
  received.Append(UnreadBody());
  in_used_ = in_.size();
  co_return std::make_unique<UpgradedStream>(stream_, std::move(received));
}

net::Task<bool> H1ServerExchange::End() {
  if (broken_) co_return false;
  if (response_ == Response::kStarted) {  // the client must see that something is missing
    broken_ = true;
    co_return false;
  }
  if (response_ == Response::kNone) {
    if (refused_status_ == 0) refused_status_ = 500;
    RespondError(refused_status_);
  }
  if (!body_done_ && !co_await DropRestOfBody()) keep_alive_ = false;
  DropPiece();
  in_.Consume(in_used_);
  if (in_.empty()) in_.Swap(body_);
  if (out_.size() > kOutBytesMax && !co_await Flush()) co_return false;
  co_return keep_alive_;
}

}  // namespace cairn::http
