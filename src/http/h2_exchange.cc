#include "http/h2_exchange.h"

#include <array>
#include <cassert>
#include <charconv>
#include <string>

#include "base/strings.h"

namespace cairn::http {

namespace {

std::string_view ToText(uint64_t number, std::span<char, 20> space) {
  const auto result = std::to_chars(space.data(), space.data() + space.size(), number);
  return {space.data(), static_cast<size_t>(result.ptr - space.data())};
}

}  // namespace

H2ServerExchange::H2ServerExchange(ServerCore& core, H2Session& session, H2ExchangeOwner& owner)
    : H2Stream(session, H2FieldSection::Kind::kRequest),
      core_(core),
      session_(session),
      owner_(owner),
      transport_(session.transport()) {
  request_ = &head_;
}

H2ServerExchange::~H2ServerExchange() {
  handling_ = {};  // before what it works on
  if (in_flight_) --core_.requests_in_flight;
}

bool H2ServerExchange::OnHead(bool end_stream) {
  auto head = ReadRequestHead(head_section(), end_stream, core_.options().message);
  if (head) {
    head_ = *head;
  } else if (head.error().status != 0) {
    refusal_ = head.error();
  } else {
    ResetIfOpen(NGHTTP2_PROTOCOL_ERROR);
    return true;
  }
  owner_.OnRequest(*this);
  return true;
}

void H2ServerExchange::Start() {
  if (closed()) return;
  if (refusal_) {
    RespondError(refusal_->status);
    EndHandling();
    return;
  }
  in_flight_ = true;
  ++core_.requests_in_flight;
  handling_ = Handle();
  handling_.Start();
}

net::Task<void> H2ServerExchange::Handle() {
  net::Task<void> handler = core_.handler().Handle(*this);
  co_await handler;
  EndHandling();
}

void H2ServerExchange::EndHandling() {
  if (in_flight_) --core_.requests_in_flight;
  in_flight_ = false;
  handled_ = true;
  if (closed()) {
    owner_.OnOver(*this);
    session_.WantOutput();  // takes the next step, in which this may be destroyed
    return;
  }
  if (response_ == Response::kNone) RespondError(refused_status_ == 0 ? 500 : refused_status_);
  if (response_ == Response::kStarted) ResetIfOpen(NGHTTP2_INTERNAL_ERROR);  // something is missing
  LeaveRequest();
}

void H2ServerExchange::OnOutputEnded() {
  LeaveRequest();
}

// Once everything is said, the client need not send the rest of its body (RFC 9113, section 8.1).
void H2ServerExchange::LeaveRequest() {
  if (handled_ && output_ended() && !input_ended()) ResetIfOpen(NGHTTP2_NO_ERROR);
}

void H2ServerExchange::OnClosed(uint32_t code, bool) {
  completed_ = code == NGHTTP2_NO_ERROR && output_ended();
  if (!completed_ || !in_flight_) owner_.OnOver(*this);
}

// The request's body.

std::unexpected<Error> H2ServerExchange::RefuseBody(int status, ErrorCode code, std::string_view message) {
  refused_status_ = status;
  return Fail(code, std::string(message));
}

net::Task<Result<std::string_view>> H2ServerExchange::ReadBody() {
  for (;;) {
    const std::string_view piece = TakePiece();
    body_read_ += piece.size();
    if (body_read_ > core_.options().message.body_bytes_max) {
      co_return RefuseBody(413, ErrorCode::kOverloaded, "the request's body is too large");
    }
    if (!piece.empty() || input_ended()) co_return piece;
    if (closed()) co_return RefuseBody(400, ErrorCode::kDisconnected, "the client is gone");
    if (head_.expect_continue && !continue_sent_ && body_read_ == 0 && response_ == Response::kNone) {
      SendContinue();
    }
    if (const bool in_time = co_await input_changed().Wait(core_.loop().Now() + core_.options().body_timeout);
        !in_time) {
      co_return RefuseBody(408, ErrorCode::kTimeout, "the request's body did not come in time");
    }
  }
}

void H2ServerExchange::SendContinue() {
  continue_sent_ = true;
  const H2FieldList fields({{":status", "100"}}, {}, {});
  nghttp2_submit_headers(session_.handle(), NGHTTP2_FLAG_NONE, id(), nullptr, fields.data(), fields.size(),
                         nullptr);
  session_.WantOutput();
}

// The response.

bool H2ServerExchange::HasBody(int status) const {
  return head_.method != "HEAD" && status != 204 && status != 304;
}

void H2ServerExchange::SubmitHead(const ResponseHead& head, std::optional<uint64_t> content_length,
                                  bool has_body) {
  assert(head.status >= 200 && head.status <= 999);
  owner_.OnResponse();
  std::array<char, 20> status_space;
  std::array<char, 20> length_space;
  std::string_view length;
  if (content_length && head.status != 204 && head.status != 304) {
    length = ToText(*content_length, length_space);
  }
  const H2FieldList fields({{":status", ToText(static_cast<uint64_t>(head.status), status_space)}},
                           head.fields, {{"date", core_.Date()}, {"content-length", length}});
  const nghttp2_data_provider body = provider();
  nghttp2_submit_response(session_.handle(), id(), fields.data(), fields.size(), has_body ? &body : nullptr);
  if (has_body) OpenOutput(content_length);
  session_.WantOutput();
}

void H2ServerExchange::Respond(const ResponseHead& head, std::string_view body) {
  if (response_ != Response::kNone) return;
  response_ = Response::kComplete;
  const bool has_body = HasBody(head.status) && !body.empty();
  SubmitHead(head, body.size(), has_body);
  if (has_body) WriteWhole(body);
}

void H2ServerExchange::RespondError(int status) {
  const std::string body = Format("{} {}", status, ReasonPhrase(status));
  const std::array<Field, 2> fields = {
      {{"content-type", "text/plain; charset=utf-8"}, {"cache-control", "no-store"}}};
  ResponseHead head;
  head.status = status;
  head.fields = fields;
  Respond(head, body);
}

net::Task<Result<>> H2ServerExchange::StartResponse(ResponseHead head,
                                                    std::optional<uint64_t> content_length) {
  if (response_ != Response::kNone) co_return Fail(ErrorCode::kInvalid, "a response was already started");
  response_ = Response::kStarted;
  bodiless_response_ = !HasBody(head.status);
  SubmitHead(head, content_length, !bodiless_response_);
  co_return {};
}

net::Task<Result<>> H2ServerExchange::WriteBody(std::string_view piece) {
  if (response_ != Response::kStarted) co_return Fail(ErrorCode::kInvalid, "no response was started");
  if (bodiless_response_) co_return {};
  co_return co_await Write(piece);
}

net::Task<Result<>> H2ServerExchange::FinishResponse(std::span<const Field> trailers) {
  if (response_ != Response::kStarted) co_return Fail(ErrorCode::kInvalid, "no response was started");
  if (!bodiless_response_) {
    if (auto finished = Finish(trailers); !finished) co_return finished;
  }
  response_ = Response::kComplete;
  co_return {};
}

net::Task<Result<std::unique_ptr<net::Stream>>> H2ServerExchange::Upgrade(ResponseHead) {
  co_return Fail(ErrorCode::kInvalid, "HTTP/2 has no upgrade");
}

}  // namespace cairn::http
