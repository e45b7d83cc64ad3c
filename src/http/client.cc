#include "http/client.h"

#include <string>
#include <utility>

#include "http/client_pool.h"

namespace cairn::http {

namespace {

// A server that does not want the body has answered already, if writing fails.
net::Task<Result<ResponseHead>> Exchanged(ClientExchange& exchange, std::string_view body,
                                          TimePoint deadline) {
  Result<> written = co_await exchange.WriteBody(body);
  if (written) written = co_await exchange.FinishBody();
  Result<ResponseHead> head = co_await exchange.ReadHead(deadline);
  if (!head && !written) co_return std::unexpected(std::move(written.error()));
  co_return head;
}

net::Task<Result<std::string>> CollectBody(ClientExchange& exchange, uint64_t bytes_max, TimePoint deadline) {
  std::string body;
  for (;;) {
    const Result<std::string_view> piece = co_await exchange.ReadBody(deadline);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return body;
    if (piece->size() > bytes_max - body.size()) {
      co_return Fail(ErrorCode::kOverloaded, "the response's body is too large");
    }
    body += *piece;
  }
}

}  // namespace

Client::Client(net::Loop& loop, net::Resolver& resolver, ClientOptions options)
    : pool_(std::make_unique<ClientPool>(loop, resolver, std::move(options))) {}

Client::~Client() = default;

net::Task<Result<std::unique_ptr<ClientExchange>>> Client::Send(Origin origin, ClientRequest request,
                                                                TimePoint deadline) {
  return pool_->Send(std::move(origin), request, deadline);
}

net::Task<Result<FetchedResponse>> Client::Fetch(Origin origin, ClientRequest request, std::string body,
                                                 TimePoint deadline) {
  if (!body.empty()) {
    request.body = BodyKind::kLength;
    request.content_length = body.size();
  }
  auto exchange = co_await pool_->Send(std::move(origin), request, deadline);
  if (!exchange) co_return std::unexpected(std::move(exchange.error()));
  const Result<ResponseHead> head = co_await Exchanged(**exchange, body, deadline);
  if (!head) co_return std::unexpected(head.error());
  FetchedResponse response;
  response.status = head->status;
  for (const Field& field : head->fields) response.fields.emplace_back(field.name, field.value);
  Result<std::string> received =
      co_await CollectBody(**exchange, pool_->options().message.body_bytes_max, deadline);
  if (!received) co_return std::unexpected(std::move(received.error()));
  response.body = std::move(*received);
  co_return response;
}

}  // namespace cairn::http
