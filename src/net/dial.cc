#include "net/dial.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "net/address.h"
#include "net/socket.h"

namespace cairn::net {

namespace {

// Awaited tasks have names here: see CONTRIBUTING.md about GCC 12.
Task<Result<std::unique_ptr<Stream>>> TryAddress(Loop& loop, Address address, TimePoint deadline,
                                                 DialOptions options) {
  auto socket = co_await Connect(loop, address, deadline);
  if (!socket) co_return std::unexpected(socket.error());
  std::unique_ptr<Stream> stream = std::move(*socket);
  if (!options.tls) co_return stream;
  auto handshake =
      ConnectTls(std::move(options.tls), std::move(stream), std::move(options.tls_server_name), deadline);
  co_return co_await handshake;
}

}  // namespace

Task<Result<std::unique_ptr<Stream>>> Dial(Loop& loop, Resolver& resolver, std::string host, uint16_t port,
                                           TimePoint deadline, DialOptions options) {
  if (options.tls_server_name.empty()) options.tls_server_name = host;
  auto lookup = resolver.Resolve(host, port, deadline);
  const auto addresses = co_await lookup;
  if (!addresses) co_return std::unexpected(addresses.error());
  Error last;
  for (size_t i = 0; i < addresses->size(); ++i) {
    const TimePoint now = loop.clock().Now();
    const auto attempts_left = static_cast<int64_t>(addresses->size() - i);
    const TimePoint attempt_deadline = deadline == kNever ? kNever : now + (deadline - now) / attempts_left;
    auto attempt = TryAddress(loop, (*addresses)[i], attempt_deadline, options);
    auto stream = co_await attempt;
    if (stream) co_return std::move(stream);
    last = stream.error();
  }
  co_return std::unexpected(last.In(Format("{}:{}", host, port)));
}

}  // namespace cairn::net
