#include "demo/front_door.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/strings.h"
#include "check/answer.h"

namespace cairn::demo {

namespace {

using http::Field;

constexpr std::array<std::string_view, 10> kHopByHop = {
    "connection", "keep-alive",        "proxy-connection", "te",   "trailer",
    "upgrade",    "transfer-encoding", "content-length",   "host", "expect"};

bool IsNamedIn(const Field& connection, std::string_view name) {
  return std::ranges::any_of(Split(connection.value, ','),
                             [name](std::string_view token) { return EqualsIgnoreCase(Trim(token), name); });
}

// Those that are meant for the other end, not for the next hop.
std::vector<Field> EndToEnd(std::span<const Field> fields) {
  std::vector<Field> kept;
  for (const Field& field : fields) {
    const auto is_own = [&field](std::string_view name) { return EqualsIgnoreCase(field.name, name); };
    if (std::ranges::any_of(kHopByHop, is_own)) continue;
    const bool is_named = std::ranges::any_of(fields, [&field](const Field& other) {
      return EqualsIgnoreCase(other.name, "connection") && IsNamedIn(other, field.name);
    });
    if (!is_named) kept.push_back(field);
  }
  return kept;
}

net::Task<Result<std::string>> ReadAll(http::ClientExchange& exchange, TimePoint deadline) {
  std::string body;
  for (;;) {
    const Result<std::string_view> piece = co_await exchange.ReadBody(deadline);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return body;
    body += *piece;
    if (body.size() > http::MessageLimits{}.body_bytes_max) {
      co_return Fail(ErrorCode::kOverloaded, "the response's body is too large");
    }
  }
}

// The server bounds it.
net::Task<Result<std::string>> ReadAll(http::Exchange& exchange) {
  std::string body;
  for (;;) {
    const Result<std::string_view> piece = co_await exchange.ReadBody();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return body;
    body += *piece;
  }
}

}  // namespace

// What is sent to a replica; it views into the exchange.
struct FrontDoor::Request {
  http::ClientRequest head;
  std::vector<Field> fields;
  std::string body;
  bool safe = false;
  TimePoint deadline;
};

// How that went.
enum class FrontDoor::Attempt : uint8_t { kAnswered, kMayRetry, kFailed, kTimedOut };

FrontDoor::FrontDoor(net::Loop& loop, http::Client& client, size_t replicas)
    : loop_(loop), client_(client), replicas_(replicas) {}

void FrontDoor::Open(size_t replica, http::Origin origin) {
  replicas_[replica].open = true;
  replicas_[replica].origin = std::move(origin);
}

void FrontDoor::Close(size_t replica) {
  replicas_[replica].open = false;
}

std::optional<size_t> FrontDoor::NextOpen(const std::vector<bool>& tried) {
  for (size_t i = 0; i < replicas_.size(); ++i) {
    const size_t replica = (next_ + i) % replicas_.size();
    if (!replicas_[replica].open || tried[replica]) continue;
    next_ = replica + 1;
    return replica;
  }
  return std::nullopt;
}

net::Task<void> FrontDoor::Handle(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.request();
  Request request;
  request.fields = EndToEnd(head.fields);
  request.head.method = head.method;
  request.head.target = head.target;
  request.head.authority = head.authority;
  request.head.fields = request.fields;
  if (head.body != http::BodyKind::kNone) {
    Result<std::string> body = co_await ReadAll(exchange);
    if (!body) co_return;
    request.body = std::move(*body);
    request.head.body = http::BodyKind::kLength;
    request.head.content_length = request.body.size();
  }
  request.safe = head.method == "GET" || head.method == "HEAD";
  request.deadline = loop_.Now() + kRequestTimeout;

  int status = 503;
  std::vector<bool> tried(replicas_.size());
  while (const std::optional<size_t> replica = NextOpen(tried)) {
    tried[*replica] = true;
    const Attempt attempt = co_await Forward(*replica, request, exchange);
    if (attempt == Attempt::kAnswered) co_return;
    if (attempt == Attempt::kMayRetry) continue;
    status = attempt == Attempt::kTimedOut ? 504 : 502;
    break;
  }
  Refuse(exchange, status);
}

net::Task<FrontDoor::Attempt> FrontDoor::Forward(size_t replica, const Request& request,
                                                 http::Exchange& exchange) {
  const auto failed = [](const Error& error) {
    return error.code == ErrorCode::kTimeout ? Attempt::kTimedOut : Attempt::kFailed;
  };
  http::Origin origin = replicas_[replica].origin;
  auto sent = co_await client_.Send(std::move(origin), request.head, request.deadline);
  if (!sent) {
    // Nothing was sent; or a kept connection was dead, and the client could open no other for a safe request.
    if (sent.error().code == ErrorCode::kUnavailable) Close(replica);
    co_return Attempt::kMayRetry;
  }
  http::ClientExchange& upstream = **sent;
  Result<> written;
  if (!request.body.empty()) written = co_await upstream.WriteBody(request.body);
  if (written && request.head.body != http::BodyKind::kNone) written = co_await upstream.FinishBody();
  const Result<http::ResponseHead> head = co_await upstream.ReadHead(request.deadline);
  if (!head) {
    const bool unanswered = request.safe && head.error().code == ErrorCode::kDisconnected;
    if (!upstream.request_sent() || unanswered) co_return Attempt::kMayRetry;
    co_return failed(head.error());
  }
  const Result<std::string> body = co_await ReadAll(upstream, request.deadline);
  if (!body) co_return failed(body.error());

  Counts& counts = replicas_[replica].counts;
  ++counts.requests;
  if (head->status >= 500) ++errors_;
  const std::optional<int64_t> number = head->status == 200 ? check::ParseAnswer(*body) : std::nullopt;
  if (number) counts.last_number = number;
  const std::vector<Field> fields = EndToEnd(head->fields);
  http::ResponseHead answer;
  answer.status = head->status;
  answer.fields = fields;
  exchange.Respond(answer, *body);
  co_return Attempt::kAnswered;
}

void FrontDoor::Refuse(http::Exchange& exchange, int status) {
  ++errors_;
  const std::array<Field, 3> fields = {
      {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}, {"Retry-After", "1"}}};
  http::ResponseHead head;
  head.status = status;
  head.fields = std::span(fields).first(status == 503 ? 3 : 2);
  exchange.Respond(head, status == 503 ? "no replica is ready\n" : "the replica gave no answer\n");
}

}  // namespace cairn::demo
