#include "http/h2_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "http/h1_serialize.h"
#include "http/h2_session.h"
#include "http/h2_stream.h"

namespace cairn::http {

namespace {

constexpr size_t kExchangesMax = 1000;
constexpr int kInterimHeadsMax = 32;

// How long to wait for 100 (Continue) before sending the body anyway (RFC 9110, section 10.1.1).
constexpr Duration kContinueTimeout = std::chrono::seconds(1);

// What nghttp2 sends at most; its own refusal would look like the server's.
constexpr size_t kHeadBytesMax = 60 * 1024;

// How many streams a server surely allows before its settings have come (RFC 9113, section 6.5.2).
constexpr size_t kExchangesFirstMax = 100;

H2SessionOptions SessionOptions(const ClientOptions& options) {
  H2SessionOptions result;
  result.message = options.message;
  result.write_timeout = options.write_timeout;
  return result;
}

bool HasBody(const ClientRequest& request) {
  return request.body == BodyKind::kStreamed ||
         (request.body == BodyKind::kLength && request.content_length > 0);
}

class H2ClientExchange;

class H2ClientConnection final : public ClientConnection, public H2Session {
 public:
  H2ClientConnection(std::unique_ptr<net::Stream> stream, const ClientOptions& options)
      : H2Session(*stream, SessionOptions(options)), stream_(std::move(stream)) {
    sender_ = Send();
    sender_.Start();
    receiver_ = Run();
    receiver_.Start();
  }

  net::Task<Result<std::unique_ptr<ClientExchange>>> Start(ClientRequest request,
                                                           TimePoint deadline) override;
  bool reusable() const override { return !over_ && exchanges_.size() < Room() && !stream_->PeerClosed(); }
  bool multiplexed() const override { return true; }
  size_t exchanges() const override { return exchanges_.size(); }

  void Add(H2ClientExchange& exchange) { exchanges_.push_back(&exchange); }
  void Remove(H2ClientExchange& exchange) { std::erase(exchanges_, &exchange); }
  bool ended() const { return ended_; }

 private:
  size_t Room() const;
  void OnFrame(const nghttp2_frame& frame) override;
  net::Task<void> Run();

  const std::unique_ptr<net::Stream> stream_;
  std::vector<H2ClientExchange*> exchanges_;
  bool settings_received_ = false;
  bool over_ = false;   // takes no more exchanges
  bool ended_ = false;  // those that it had are over too
  net::Task<void> sender_;
  net::Task<void> receiver_;
};

class H2ClientExchange final : public ClientExchange, public H2Stream {
 public:
  H2ClientExchange(H2ClientConnection& connection, const ClientRequest& request)
      : H2Stream(connection, H2FieldSection::Kind::kResponse),
        connection_(connection),
        is_head_request_(request.method == "HEAD"),
        body_open_(HasBody(request)),
        awaits_continue_(body_open_ && request.expect_continue) {
    connection_.Add(*this);
  }
  ~H2ClientExchange() override {
    connection_.Remove(*this);
    if (id() > 0) ResetIfOpen(NGHTTP2_CANCEL);
  }

  // As coroutine frames: from a free list.
  static void* operator new(size_t bytes) { return net::internal::AllocateFrame(bytes); }
  static void operator delete(void* at, size_t bytes) noexcept { net::internal::FreeFrame(at, bytes); }

  // Submits the request's head; false if the connection has no stream left.
  bool Submit(const ClientRequest& request, const H2FieldList& fields);

  // The server will not process the request, or has not.
  void GiveBack();

  net::Task<Result<>> WriteBody(std::string_view piece) override;
  net::Task<Result<>> FinishBody(std::span<const Field> trailers) override;
  net::Task<Result<ResponseHead>> ReadHead(TimePoint deadline) override;
  net::Task<Result<std::string_view>> ReadBody(TimePoint deadline) override;
  std::span<const Field> trailers() const override { return received_trailers(); }
  Result<std::unique_ptr<net::Stream>> TakeOver() override {
    return Fail(ErrorCode::kInvalid, "HTTP/2 has no upgrade");
  }
  bool request_sent() const override { return sent_; }

 private:
  bool OnHead(bool end_stream) override;
  void OnHeadSent() override { sent_ = true; }
  void OnStalled() override { failure_ = Error{ErrorCode::kTimeout, "the server took no bytes of a body"}; }
  void OnClosed(uint32_t code, bool by_peer) override;

  void Refuse(std::string_view reason);
  net::Task<void> AwaitContinue();

  H2ClientConnection& connection_;
  const bool is_head_request_;
  bool body_open_;
  bool awaits_continue_;
  bool sent_ = false;
  int interim_heads_ = 0;
  std::optional<ResponseHead> head_;
  std::optional<Error> failure_;
};

// The exchange.

bool H2ClientExchange::Submit(const ClientRequest& request, const H2FieldList& fields) {
  const nghttp2_data_provider body = provider();
  const int32_t id = nghttp2_submit_request(connection_.handle(), nullptr, fields.data(), fields.size(),
                                            body_open_ ? &body : nullptr, static_cast<H2Stream*>(this));
  if (id < 0) return false;
  set_id(id);
  if (body_open_) {
    OpenOutput(request.body == BodyKind::kLength ? std::optional(request.content_length) : std::nullopt);
  }
  connection_.WantOutput();
  return true;
}

bool H2ClientExchange::OnHead(bool end_stream) {
  if (head_section().exceeded()) {
    Refuse("the response's head is too large");
    return true;
  }
  const std::optional<ResponseHead> head = ReadResponseHead(head_section(), end_stream || is_head_request_);
  if (!head) {
    Refuse("malformed head of a response");
    return true;
  }
  if (head->status < 200) {
    if (head->status == 100) awaits_continue_ = false;
    if (++interim_heads_ <= kInterimHeadsMax) return false;
    Refuse("too many interim responses");
    return true;
  }
  head_ = head;
  // After an early success both bodies can flow at the same time; a refusal needs no more of ours.
  if (head->status >= 300) StopOutput();
  return true;
}

void H2ClientExchange::Refuse(std::string_view reason) {
  failure_ = Error{ErrorCode::kInternal, std::string(reason)};
  ResetIfOpen(NGHTTP2_PROTOCOL_ERROR);
}

void H2ClientExchange::GiveBack() {
  sent_ = false;
  failure_ = Error{ErrorCode::kDisconnected, "the server gave the request back unprocessed"};
  StopOutput();
  input_changed().WakeAll();
}

void H2ClientExchange::OnClosed(uint32_t code, bool by_peer) {
  if (failure_ || (head_ && input_ended())) return;
  if (connection_.ended()) {
    failure_ = Error{ErrorCode::kDisconnected, "the connection ended"};
  } else if (code == NGHTTP2_REFUSED_STREAM && !head_) {
    GiveBack();
  } else if (by_peer) {
    failure_ = Error{head_ ? ErrorCode::kDisconnected : ErrorCode::kInternal,
                     Format("the server reset the stream, code {}", code)};
  } else {
    failure_ = Error{ErrorCode::kInternal, "the server sent a malformed response"};
  }
}

net::Task<void> H2ClientExchange::AwaitContinue() {
  const TimePoint deadline = connection_.loop().Now() + kContinueTimeout;
  while (awaits_continue_ && !head_ && !failure_) {
    if (const bool in_time = co_await input_changed().Wait(deadline); !in_time) break;
  }
  awaits_continue_ = false;
}

net::Task<Result<>> H2ClientExchange::WriteBody(std::string_view piece) {
  if (piece.empty()) co_return {};
  if (awaits_continue_) co_await AwaitContinue();
  co_return co_await Write(piece);
}

net::Task<Result<>> H2ClientExchange::FinishBody(std::span<const Field> trailers) {
  if (!body_open_) co_return {};
  if (awaits_continue_) co_await AwaitContinue();
  auto finished = Finish(trailers);
  if (finished) body_open_ = false;
  co_return finished;
}

net::Task<Result<ResponseHead>> H2ClientExchange::ReadHead(TimePoint deadline) {
  for (;;) {
    if (head_) co_return *head_;
    if (failure_) co_return std::unexpected(*failure_);
    if (const bool in_time = co_await input_changed().Wait(deadline); !in_time) {
      co_return Fail(ErrorCode::kTimeout, "the server did not answer in time");
    }
  }
}

net::Task<Result<std::string_view>> H2ClientExchange::ReadBody(TimePoint deadline) {
  if (!head_) co_return Fail(ErrorCode::kInvalid, "no head was read");
  for (;;) {
    const std::string_view piece = TakePiece();
    if (!piece.empty() || input_ended()) co_return piece;
    if (failure_) co_return std::unexpected(*failure_);
    if (const bool in_time = co_await input_changed().Wait(deadline); !in_time) {
      co_return Fail(ErrorCode::kTimeout, "the response's body did not come in time");
    }
  }
}

// The connection.

size_t H2ClientConnection::Room() const {
  if (!settings_received_) return kExchangesFirstMax;
  return std::min<size_t>(
      nghttp2_session_get_remote_settings(handle(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS), kExchangesMax);
}

void H2ClientConnection::OnFrame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_SETTINGS) settings_received_ = true;
  if (frame.hd.type != NGHTTP2_GOAWAY) return;
  over_ = true;
  for (H2ClientExchange* exchange : exchanges_) {
    if (!exchange->request_sent()) exchange->GiveBack();
  }
}

net::Task<void> H2ClientConnection::Run() {
  co_await Receive();
  over_ = ended_ = true;
  for (H2ClientExchange* exchange : exchanges_) Abandon(*exchange);
}

net::Task<Result<std::unique_ptr<ClientExchange>>> H2ClientConnection::Start(ClientRequest request,
                                                                             TimePoint) {
  if (!IsRequestLine(request.method, request.target, request.authority) || request.method == "CONNECT" ||
      !request.upgrade.empty()) {
    co_return Fail(ErrorCode::kInvalid, "bad method, target or host of a request, or an upgrade");
  }
  if (over_) co_return Fail(ErrorCode::kDisconnected, "the server is closing the connection");
  if (exchanges_.size() >= kExchangesMax) co_return Fail(ErrorCode::kOverloaded, "too many requests at once");
  std::array<char, 20> length_space;
  std::string_view length;
  if (request.body == BodyKind::kLength) {
    char* const begin = length_space.data();
    char* const end = std::to_chars(begin, begin + length_space.size(), request.content_length).ptr;
    length = {begin, static_cast<size_t>(end - begin)};
  }
  const bool expects = request.expect_continue && HasBody(request);
  const H2FieldList fields({{":method", request.method},
                            {":scheme", stream_->encrypted() ? "https" : "http"},
                            {":authority", request.authority},
                            {":path", request.target}},
                           request.fields,
                           {{"content-length", length}, {"expect", expects ? "100-continue" : ""}});
  if (fields.bytes() > kHeadBytesMax) co_return Fail(ErrorCode::kInvalid, "the request's head is too large");
  auto exchange = std::make_unique<H2ClientExchange>(*this, request);
  if (!exchange->Submit(request, fields)) {
    over_ = true;
    co_return Fail(ErrorCode::kDisconnected, "the connection has no stream left");
  }
  co_return exchange;
}

}  // namespace

std::unique_ptr<ClientConnection> MakeH2ClientConnection(std::unique_ptr<net::Stream> stream,
                                                         const ClientOptions& options) {
  return std::make_unique<H2ClientConnection>(std::move(stream), options);
}

}  // namespace cairn::http
