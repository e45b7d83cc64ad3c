#include "provider/plugin_link.h"

#include <utility>

#include "base/strings.h"
#include "net/socket.h"
#include "net/tls.h"
#include "provider/certificate.h"
#include "provider/wire.h"

namespace cairn::provider {

namespace {

// How long a process may take to end once its connection has.
constexpr Duration kCrashTimeout = std::chrono::seconds(2);

net::Task<Result<std::unique_ptr<net::Stream>>> ConnectTo(net::Loop& loop, const net::Address& address,
                                                          TimePoint deadline) {
  auto socket = co_await net::Connect(loop, address, deadline);
  if (!socket) co_return std::unexpected(socket.error());
  co_return std::unique_ptr<net::Stream>(std::move(*socket));
}

// The stream to a plugin whose handshake has a certificate, which is all that is trusted.
net::Task<Result<std::unique_ptr<net::Stream>>> Encrypt(std::unique_ptr<net::Stream> stream,
                                                        const Certificate& own, const Handshake& handshake,
                                                        TimePoint deadline) {
  net::TlsContext::ClientOptions options;
  options.ca_pem = handshake.certificate_pem;
  options.identity.certificate_pem = own.certificate_pem;
  options.identity.key_pem = own.key_pem;
  options.protocols = {"h2"};
  auto context = net::TlsContext::ForClient(options);
  if (!context) co_return std::unexpected(context.error());
  std::string server_name = "localhost";
  auto encrypted =
      co_await net::ConnectTls(std::move(*context), std::move(stream), std::move(server_name), deadline);
  co_return encrypted;
}

}  // namespace

net::Task<Result<std::unique_ptr<PluginLink>>> PluginLink::Start(net::Loop& loop,
                                                                 const PluginOptions& options) {
  const TimePoint deadline = loop.clock().Now() + options.start_timeout;
  const auto own = MakeCertificate();
  if (!own) co_return std::unexpected(own.error());
  std::string certificate = own->certificate_pem;
  auto process = co_await PluginProcess::Start(loop, options, std::move(certificate), deadline);
  if (!process) co_return std::unexpected(process.error());
  const Handshake& handshake = (*process)->handshake();
  auto stream = co_await ConnectTo(loop, handshake.address, deadline);
  if (stream && !handshake.certificate_pem.empty()) {
    auto plain = std::move(*stream);
    stream = co_await Encrypt(std::move(plain), *own, handshake, deadline);
  }
  if (!stream) {
    const Error error = stream.error().In("cannot connect to it");
    co_return Fail(error.code, error.message + (*process)->Output());
  }
  std::unique_ptr<PluginLink> link(new PluginLink(loop, handshake.protocol));
  link->process_ = std::move(*process);
  link->connection_ = std::make_unique<GrpcConnection>(std::move(*stream));
  link->tasks_.Spawn(link->DrainStdio());
  co_return link;
}

net::Task<Result<std::unique_ptr<PluginLink>>> PluginLink::Attach(net::Loop& loop,
                                                                  const ReattachTarget& target,
                                                                  const PluginOptions& options) {
  const auto address = ParsePluginAddress(target.network, target.address);
  if (!address) co_return std::unexpected(address.error());
  auto stream = co_await ConnectTo(loop, *address, loop.clock().Now() + options.start_timeout);
  if (!stream) co_return std::unexpected(stream.error().In("cannot connect to the plugin to reattach to"));
  std::unique_ptr<PluginLink> link(new PluginLink(loop, target.protocol == 5 ? Protocol::k5 : Protocol::k6));
  link->connection_ = std::make_unique<GrpcConnection>(std::move(*stream));
  co_return link;
}

// What the plugin writes once it serves comes as messages: {1: 1 is standard output, 2: the bytes}.
net::Task<void> PluginLink::DrainStdio() {
  std::string path = "/plugin.GRPCStdio/StreamStdio";
  std::string nothing;
  const auto stream = co_await connection_->OpenStream(std::move(path), std::move(nothing), kNever);
  while (stream) {
    const auto message = co_await (*stream)->Next(kNever);
    if (!message || !*message) break;
    WireReader reader(**message);
    while (reader.Next()) {
      if (reader.field() == 2) process_->AddOutput(reader.bytes());
    }
  }
}

net::Task<Error> PluginLink::Explain(Error error) {
  const bool is_lost = error.code == ErrorCode::kDisconnected || error.code == ErrorCode::kUnavailable;
  if (is_lost && process_) {
    const bool ended = co_await process_->Ended(loop_.Now() + kCrashTimeout);
    if (ended) {
      const std::string how = ToString(*process_->exit_status());
      co_return Error{ErrorCode::kDisconnected, Format("the plugin crashed: {}{}", how, process_->Output())};
    }
  }
  co_return error;
}

net::Task<Result<std::string>> PluginLink::Call(std::string_view method, std::string message,
                                                TimePoint deadline) {
  std::string path = Format("/tfplugin{}.Provider/{}", static_cast<int>(protocol_), method);
  auto answer = co_await connection_->Call(std::move(path), std::move(message), deadline);
  if (answer) co_return answer;
  Error error = answer.error();
  if (error.code == ErrorCode::kTimeout) error.message = "the plugin hangs: " + error.message;
  const Error explained = co_await Explain(std::move(error));
  co_return std::unexpected(explained);
}

net::Task<void> PluginLink::Close(Duration timeout) {
  if (!process_) co_return;
  const TimePoint deadline = loop_.clock().Now() + timeout;
  std::string path = "/plugin.GRPCController/Shutdown";
  std::string nothing;
  const auto answer = co_await connection_->Call(std::move(path), std::move(nothing), deadline);
  static_cast<void>(answer);  // it may end without one
  const bool ended = co_await process_->Ended(deadline);
  if (ended) co_return;
  process_->Kill();
  co_await process_->Ended(kNever);
}

}  // namespace cairn::provider
