#include "http/websocket.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "http/h1_fields.h"
#include "http/h1_io.h"
#include "http/websocket_handshake.h"

namespace cairn::http {

namespace {

// With more than this still to be sent, the next message waits.
constexpr size_t kOutBytesMax = 64 * 1024;

// Memory for a message in several pieces is kept up to this size.
constexpr size_t kKeptMessageBytesMax = 64 * 1024;

std::span<char> AppendCopy(Buffer& buffer, std::string_view bytes) {
  buffer.Append(bytes);
  return buffer.bytes().last(bytes.size());
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

// The best of `supported` that the client offers, or nothing.
std::string ChooseProtocol(const std::vector<std::string>& supported, std::span<const Field> fields) {
  for (const std::string& protocol : supported) {
    bool offered = false;
    for (const Field& field : fields) {
      if (!EqualsIgnoreCase(field.name, "sec-websocket-protocol")) continue;
      ForEachListElement(field.value, [&](std::string_view one) { offered |= one == protocol; });
    }
    if (offered) return protocol;
  }
  return {};
}

void RespondRefusal(Exchange& exchange, const WebSocketAnswer& answer) {
  const std::array<Field, 3> fields = {
      {{"Content-Type", "text/plain; charset=utf-8"}, {"Sec-WebSocket-Version", "13"}, {"Allow", "GET"}}};
  ResponseHead head;
  head.status = answer.status;
  head.fields = fields;
  exchange.Respond(head, answer.reason);
}

}  // namespace

void SecureRandom(std::span<uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
}

WebSocket::WebSocket(WebSocketRole role, std::unique_ptr<net::Stream> stream,
                     std::unique_ptr<ClientExchange> exchange, std::string protocol, WebSocketOptions options)
    : role_(role),
      options_(std::move(options)),
      protocol_(std::move(protocol)),
      exchange_(std::move(exchange)),
      stream_(std::move(stream)),
      reader_(role, options_.message_bytes_max) {}

WebSocketMask WebSocket::NewMask() const {
  WebSocketMask mask{};
  options_.random(mask);
  return mask;
}

void WebSocket::AppendControl(WebSocketOpcode opcode, std::string_view payload) {
  const WebSocketMask mask = role_ == WebSocketRole::kClient ? NewMask() : WebSocketMask{};
  out_.Append(MakeFrame(opcode, payload, role_ == WebSocketRole::kClient ? &mask : nullptr));
}

void WebSocket::AppendClose(uint16_t code, std::string_view reason) {
  if (std::exchange(close_sent_, true)) return;
  const WebSocketMask mask = role_ == WebSocketRole::kClient ? NewMask() : WebSocketMask{};
  out_.Append(MakeCloseFrame(code, reason, role_ == WebSocketRole::kClient ? &mask : nullptr));
}

std::unexpected<Error> WebSocket::End(ErrorCode code, std::string_view what) {
  ended_ = true;
  stream_->WakeReaders();  // a failed Send ends Receive too
  return Fail(code, std::string(what));
}

// Frames are put into out_ whole, so any task may send its front.
net::Task<bool> WebSocket::Flush() {
  while (!out_.empty()) {
    const net::Io io = TryFlush(*stream_, out_);
    if (io.status == net::IoStatus::kOk) continue;
    if (io.status != net::IoStatus::kWouldBlock) co_return false;
    const bool in_time = co_await stream_->Writable(stream_->loop().Now() + options_.write_timeout);
    if (!in_time) co_return false;
  }
  co_return true;
}

net::Task<Result<>> WebSocket::Send(WebSocketKind kind, std::string_view data) {
  if (out_.size() > kOutBytesMax) {
    const bool flushed = co_await Flush();
    if (!flushed) co_return End(ErrorCode::kDisconnected, "the WebSocket's peer takes nothing");
  }
  if (close_sent_ || ended_) co_return Fail(ErrorCode::kDisconnected, "the WebSocket is closed");
  const WebSocketOpcode opcode =
      kind == WebSocketKind::kText ? WebSocketOpcode::kText : WebSocketOpcode::kBinary;
  if (role_ == WebSocketRole::kClient) {
    const WebSocketMask mask = NewMask();
    out_.Append(MakeFrameHeader(opcode, true, data.size(), &mask).view());
    ApplyMask(AppendCopy(out_, data), mask, 0);
  } else {
    out_.Append(MakeFrameHeader(opcode, true, data.size()).view());
    out_.Append(data);
  }
  const bool flushed = co_await Flush();
  if (!flushed) co_return End(ErrorCode::kDisconnected, "the WebSocket's peer takes nothing");
  co_return {};
}

WebSocket::Outcome WebSocket::TakeData(const WebSocketReader::Step& step) {
  const bool whole = step.message_end && message_.empty();
  if (!whole) message_ += step.data;
  if (whole) {
    delivered_bytes_ = step.consumed;
  } else {
    in_.Consume(step.consumed);
  }
  if (!step.message_end) return std::nullopt;
  message_delivered_ = true;
  WebSocketMessage message;
  message.kind = step.opcode == WebSocketOpcode::kText ? WebSocketKind::kText : WebSocketKind::kBinary;
  message.data = whole ? step.data : std::string_view(message_);
  return message;
}

// What Receive returns on account of `step`, if it does. Answers go to out_.
WebSocket::Outcome WebSocket::Take(const WebSocketReader::Step& step) {
  if (step.event == WebSocketReader::Event::kData) return TakeData(step);
  Outcome outcome;
  switch (step.event) {
    case WebSocketReader::Event::kPing:
      if (!close_sent_) AppendControl(WebSocketOpcode::kPong, step.data);
      break;
    case WebSocketReader::Event::kClose:
      close_code_ = step.close_code;
      close_reason_ = step.data;
      AppendClose(step.close_code, "");
      outcome = End(ErrorCode::kDisconnected, "the WebSocket's peer has closed it");
      break;
    case WebSocketReader::Event::kError:
      AppendClose(step.close_code, reader_.error());
      outcome = End(step.close_code == kCloseTooBig ? ErrorCode::kOverloaded : ErrorCode::kInvalid,
                    reader_.error());
      break;
    default:  // kPong, kNeedMore
      break;
  }
  in_.Consume(step.consumed);
  return outcome;
}

net::Task<Result<WebSocketMessage>> WebSocket::Receive(TimePoint deadline) {
  if (std::exchange(message_delivered_, false)) {
    in_.Consume(std::exchange(delivered_bytes_, 0));
    if (message_.capacity() > kKeptMessageBytesMax) message_ = std::string();
    message_.clear();
  }
  for (;;) {
    if (ended_) co_return Fail(ErrorCode::kDisconnected, "the WebSocket is closed");
    if (!in_.empty()) {
      const WebSocketReader::Step step = reader_.Feed(in_.bytes());
      Outcome outcome = Take(step);
      if (step.event == WebSocketReader::Event::kData) {
        if (outcome) co_return std::move(*outcome);
        continue;
      }
      // Whoever sends pings faster than it takes the answers is not read any further.
      const bool flushed = co_await Flush();
      if (outcome) co_return std::move(*outcome);
      if (!flushed) co_return End(ErrorCode::kDisconnected, "the WebSocket's peer takes nothing");
      if (step.event != WebSocketReader::Event::kNeedMore) continue;
    }
    const net::Io io = TryFill(*stream_, in_);
    if (io.status == net::IoStatus::kWouldBlock) {
      const bool in_time = co_await stream_->Readable(deadline);
      if (!in_time) co_return Fail(ErrorCode::kTimeout, "no WebSocket message came in time");
    } else if (io.status != net::IoStatus::kOk) {
      co_return End(ErrorCode::kDisconnected, "the WebSocket's connection ended without a Close");
    }
  }
}

net::Task<Result<>> WebSocket::Close(uint16_t code, std::string_view reason) {
  if (ended_) co_return {};
  AppendClose(code, reason);
  const TimePoint deadline = stream_->loop().Now() + options_.close_timeout;
  const bool flushed = co_await Flush();
  if (!flushed) co_return End(ErrorCode::kDisconnected, "the WebSocket's peer takes nothing");
  for (;;) {
    const Result<WebSocketMessage> dropped = co_await Receive(deadline);
    if (dropped) continue;
    ended_ = true;
    if (close_code_) co_return {};
    co_return std::unexpected(dropped.error());
  }
}

net::Task<Result<std::unique_ptr<WebSocket>>> AcceptWebSocket(Exchange& exchange, WebSocketOptions options) {
  const WebSocketAnswer answer = AnswerWebSocket(exchange.request());
  if (answer.status != 101) {
    RespondRefusal(exchange, answer);
    co_return Fail(ErrorCode::kInvalid, std::string(answer.reason));
  }
  std::string protocol = ChooseProtocol(options.protocols, exchange.request().fields);
  std::vector<Field> fields;
  fields.push_back({"Upgrade", "websocket"});
  fields.push_back({"Sec-WebSocket-Accept", answer.accept});
  if (!protocol.empty()) fields.push_back({"Sec-WebSocket-Protocol", protocol});
  ResponseHead head;
  head.fields = fields;
  auto stream = co_await exchange.Upgrade(head);
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  co_return std::make_unique<WebSocket>(WebSocketRole::kServer, std::move(*stream), nullptr,
                                        std::move(protocol), std::move(options));
}

net::Task<Result<std::unique_ptr<WebSocket>>> ConnectWebSocket(Client& client, Origin origin,
                                                               std::string target,
                                                               std::span<const Field> fields,
                                                               TimePoint deadline, WebSocketOptions options) {
  std::array<uint8_t, 16> random{};
  options.random(random);
  const std::string key = WebSocketKey(random);
  const std::string offered = Join(options.protocols);
  std::vector<Field> all(fields.begin(), fields.end());
  all.push_back({"Sec-WebSocket-Version", "13"});
  all.push_back({"Sec-WebSocket-Key", key});
  if (!offered.empty()) all.push_back({"Sec-WebSocket-Protocol", offered});
  ClientRequest request;
  request.target = target;
  request.fields = all;
  request.upgrade = "websocket";
  auto exchange = co_await client.Send(std::move(origin), request, deadline);
  if (!exchange) co_return std::unexpected(std::move(exchange.error()));
  const Result<ResponseHead> head = co_await (*exchange)->ReadHead(deadline);
  if (!head) co_return std::unexpected(head.error());
  const std::vector<std::string_view> protocols(options.protocols.begin(), options.protocols.end());
  if (auto checked = CheckWebSocketAnswer(*head, key, protocols); !checked) {
    co_return std::unexpected(std::move(checked.error()));
  }
  const Field* const chosen = head->Find("sec-websocket-protocol");
  std::string protocol(chosen ? chosen->value : std::string_view());
  auto stream = (*exchange)->TakeOver();
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  co_return std::make_unique<WebSocket>(WebSocketRole::kClient, std::move(*stream), std::move(*exchange),
                                        std::move(protocol), std::move(options));
}

}  // namespace cairn::http
