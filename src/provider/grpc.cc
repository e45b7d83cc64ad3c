#include "provider/grpc.h"

#include <array>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "http/h2_client.h"

namespace cairn::provider {

namespace {

constexpr size_t kPrefixBytes = 5;  // a flag and the length
constexpr size_t kStatusMessageBytesMax = 64 * 1024;

constexpr std::array<std::string_view, 17> kStatusNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

ErrorCode CodeOf(int status) {
  switch (status) {
    case 3:
    case 9:
    case 11:
      return ErrorCode::kInvalid;
    case 4:
      return ErrorCode::kTimeout;
    case 6:
    case 10:
      return ErrorCode::kConflict;
    case 7:
    case 16:
      return ErrorCode::kDenied;
    case 8:
      return ErrorCode::kOverloaded;
    case 5:
    case 12:
      return ErrorCode::kNotFound;
    case 14:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = ToLower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string DecodePercent(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool encoded =
        text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0;
    decoded += encoded ? static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])) : text[i];
    if (encoded) i += 2;
  }
  return decoded;
}

// Of the trailers, or of a head without a body.
Result<> ReadStatus(std::span<const http::Field> fields) {
  const http::Field* const status = http::FindField(fields, "grpc-status");
  const auto number = status ? ParseInt<int>(status->value) : std::nullopt;
  if (!number) return Fail(ErrorCode::kInternal, "the answer has no gRPC status");
  if (*number == 0) return {};
  const http::Field* const message = http::FindField(fields, "grpc-message");
  return std::unexpected(GrpcError(*number, message ? message->value : ""));
}

std::string WithPrefix(std::string_view message) {
  std::string framed;
  framed.reserve(kPrefixBytes + message.size());
  framed += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) framed += static_cast<char>(message.size() >> shift);
  return framed.append(message);
}

http::ClientOptions OptionsOf() {
  http::ClientOptions options;
  options.message.trailer_bytes_max = kStatusMessageBytesMax;
  options.message.head_bytes_max = kStatusMessageBytesMax;  // where there are no trailers
  return options;
}

}  // namespace

Error GrpcError(int status, std::string_view message) {
  const bool known = status > 0 && size_t(status) < kStatusNames.size();
  std::string text = known ? std::string(kStatusNames[size_t(status)]) : Format("status {}", status);
  if (!message.empty()) {
    text += ": ";
    AppendEscaped(text, DecodePercent(message), false);
  }
  return {CodeOf(status), std::move(text)};
}

net::Task<Result<>> GrpcStream::ReadHead(TimePoint deadline) {
  const auto head = co_await exchange_->ReadHead(deadline);
  if (!head) co_return std::unexpected(head.error());
  head_read_ = true;
  if (head->status != 200) {
    co_return Fail(ErrorCode::kInternal, Format("the answer has HTTP status {}", head->status));
  }
  if (head->Find("grpc-status")) co_return ReadStatus(head->fields);
  const http::Field* const type = head->Find("content-type");
  if (!type || !type->value.starts_with("application/grpc")) {
    co_return Fail(ErrorCode::kInternal, "the answer is not of gRPC");
  }
  co_return {};
}

Result<std::optional<std::string>> GrpcStream::TakeMessage() {
  if (buffer_.size() < kPrefixBytes) return std::nullopt;
  if (buffer_[0] != 0) return Fail(ErrorCode::kInternal, "the answer is compressed, which nobody asked for");
  size_t size = 0;
  for (size_t i = 1; i < kPrefixBytes; ++i) size = size << 8 | static_cast<uint8_t>(buffer_[i]);
  if (size > limits_.message_bytes_max) {
    return Fail(ErrorCode::kOverloaded,
                Format("the answer has {} bytes, more than {}", size, limits_.message_bytes_max));
  }
  if (buffer_.size() - kPrefixBytes < size) {
    buffer_.reserve(kPrefixBytes + size);
    return std::nullopt;
  }
  std::string message = buffer_.substr(kPrefixBytes, size);
  buffer_.erase(0, kPrefixBytes + size);
  return message;
}

net::Task<Result<std::optional<std::string>>> GrpcStream::Next(TimePoint deadline) {
  if (!head_read_) {
    if (const auto head = co_await ReadHead(deadline); !head) co_return std::unexpected(head.error());
  }
  for (;;) {
    auto message = TakeMessage();
    if (!message || *message) co_return message;
    const auto piece = co_await exchange_->ReadBody(deadline);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) break;
    buffer_ += *piece;
  }
  if (const auto status = ReadStatus(exchange_->trailers()); !status)
    co_return std::unexpected(status.error());
  if (!buffer_.empty()) co_return Fail(ErrorCode::kInternal, "the answer is cut off");
  co_return std::nullopt;
}

GrpcConnection::GrpcConnection(std::unique_ptr<net::Stream> stream, const GrpcLimits& limits)
    : limits_(limits),
      options_(OptionsOf()),
      connection_(http::MakeH2ClientConnection(std::move(stream), options_)) {}

net::Task<Result<std::unique_ptr<GrpcStream>>> GrpcConnection::OpenStream(std::string path,
                                                                          std::string message,
                                                                          TimePoint deadline) {
  const std::array<http::Field, 3> fields = {
      {{"te", "trailers"}, {"content-type", "application/grpc"}, {"user-agent", "cairn"}}};
  const std::string framed = WithPrefix(message);
  http::ClientRequest request;
  request.method = "POST";
  request.target = path;
  request.authority = "localhost";
  request.fields = fields;
  request.body = http::BodyKind::kStreamed;
  auto started = co_await connection_->Start(request, deadline);
  if (!started) co_return std::unexpected(started.error());
  // A server that has answered already need not take all of it.
  const auto written = co_await (*started)->WriteBody(framed);
  if (written) {
    const auto finished = co_await (*started)->FinishBody();
    static_cast<void>(finished);
  }
  co_return std::unique_ptr<GrpcStream>(new GrpcStream(std::move(*started), limits_));
}

net::Task<Result<std::string>> GrpcConnection::Call(std::string path, std::string message,
                                                    TimePoint deadline) {
  const auto stream = co_await OpenStream(std::move(path), std::move(message), deadline);
  if (!stream) co_return std::unexpected(stream.error());
  auto answer = co_await (*stream)->Next(deadline);
  if (!answer) co_return std::unexpected(answer.error());
  if (!*answer) co_return Fail(ErrorCode::kInternal, "the answer has no message");
  const auto end = co_await (*stream)->Next(deadline);
  if (!end) co_return std::unexpected(end.error());
  if (*end) co_return Fail(ErrorCode::kInternal, "the answer has more than one message");
  co_return std::move(**answer);
}

}  // namespace cairn::provider
