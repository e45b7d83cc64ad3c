#include "http/client_pool.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "http/h1_client.h"
#include "http/h2_client.h"
#include "net/dial.h"

namespace cairn::http {

namespace {

constexpr Duration kSweepPauseMin = std::chrono::milliseconds(100);

std::string AuthorityOf(const Origin& origin) {
  const bool is_ipv6 = origin.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? Format("[{}]", origin.host) : origin.host;
  return origin.port == (origin.tls ? 443 : 80) ? host : Format("{}:{}", host, origin.port);
}

// Sending it twice does nothing more than sending it once, and it can be sent again from memory.
bool IsRepeatable(const ClientRequest& request) {
  const bool is_safe = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  return is_safe && request.body == BodyKind::kNone && request.upgrade.empty();
}

}  // namespace

// Keeps an origin's place, and erases it after the last use.
class ClientPool::Lease {
 public:
  Lease(ClientPool& pool, OriginConnections& place) : pool_(pool), place_(place) { ++place_.leases; }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    --place_.leases;
    pool_.EraseIfUnused(place_);
  }

  ClientPool& pool() const { return pool_; }
  OriginConnections& place() const { return place_; }

 private:
  ClientPool& pool_;
  OriginConnections& place_;
};

// A connection's exchange that gives the connection back at its end.
class ClientPool::PooledExchange final : public ClientExchange {
 public:
  PooledExchange(ClientPool& pool, OriginConnections& place, std::shared_ptr<ClientConnection> connection,
                 std::unique_ptr<ClientExchange> exchange)
      : lease_(pool, place), connection_(std::move(connection)), exchange_(std::move(exchange)) {}
  ~PooledExchange() override {
    exchange_.reset();
    lease_.pool().GiveBack(lease_.place(), std::move(connection_));
  }

  // As coroutine frames: from a free list.
  static void* operator new(size_t bytes) { return net::internal::AllocateFrame(bytes); }
  static void operator delete(void* at, size_t bytes) noexcept { net::internal::FreeFrame(at, bytes); }

  // What the next ReadHead returns.
  void set_head(Result<ResponseHead> head) { head_ = std::move(head); }

  net::Task<Result<>> WriteBody(std::string_view piece) override { return exchange_->WriteBody(piece); }
  net::Task<Result<>> FinishBody(std::span<const Field> trailers) override {
    return exchange_->FinishBody(trailers);
  }
  net::Task<Result<ResponseHead>> ReadHead(TimePoint deadline) override {
    if (head_) co_return *head_;
    co_return co_await exchange_->ReadHead(deadline);
  }
  net::Task<Result<std::string_view>> ReadBody(TimePoint deadline) override {
    return exchange_->ReadBody(deadline);
  }
  std::span<const Field> trailers() const override { return exchange_->trailers(); }
  Result<std::unique_ptr<net::Stream>> TakeOver() override { return exchange_->TakeOver(); }
  bool request_sent() const override { return exchange_->request_sent(); }

 private:
  Lease lease_;
  std::shared_ptr<ClientConnection> connection_;
  std::unique_ptr<ClientExchange> exchange_;
  std::optional<Result<ResponseHead>> head_;
};

size_t ClientPool::OriginHash::operator()(const Origin& origin) const {
  return std::hash<std::string>()(origin.host) ^ (size_t{origin.port} << 1) ^ (origin.tls ? 1 : 0);
}

ClientPool::ClientPool(net::Loop& loop, net::Resolver& resolver, ClientOptions options)
    : loop_(loop),
      resolver_(resolver),
      options_(std::move(options)),
      tls_(options_.tls),
      kept_some_(loop),
      sweeper_(loop) {
  sweeper_.Spawn(CloseIdleOnes());
}

ClientPool::OriginConnections& ClientPool::Find(const Origin& origin) {
  const auto [at, is_new] = origins_.try_emplace(origin);
  if (is_new) {
    at->second.origin = &at->first;
    at->second.authority = AuthorityOf(origin);
  }
  return at->second;
}

void ClientPool::EraseIfUnused(OriginConnections& place) {
  if (place.leases == 0 && place.kept.empty()) origins_.erase(origins_.find(*place.origin));
}

bool ClientPool::IsOver(const Kept& kept) const {
  if (kept.connection->exchanges() > 0) return false;
  return !kept.connection->reusable() || loop_.Now() - kept.idle_since >= options_.idle_timeout;
}

std::shared_ptr<ClientConnection> ClientPool::TakeKept(OriginConnections& place) {
  for (size_t i = place.kept.size(); i-- > 0;) {
    const auto at = place.kept.begin() + static_cast<ptrdiff_t>(i);
    const bool over = IsOver(*at);
    if (!over && !at->connection->reusable()) continue;  // all its streams are in use
    std::shared_ptr<ClientConnection> connection = at->connection;
    if (over || !connection->multiplexed()) place.kept.erase(at);
    if (!over) return connection;
  }
  return nullptr;
}

void ClientPool::Keep(OriginConnections& place, std::shared_ptr<ClientConnection> connection) {
  if (place.kept.size() >= options_.idle_connections_per_origin_max) {
    if (place.kept.empty() || place.kept.front().connection->exchanges() > 0) return;
    place.kept.erase(place.kept.begin());
  }
  place.kept.push_back({std::move(connection), loop_.Now()});
  kept_some_.WakeAll();
}

void ClientPool::GiveBack(OriginConnections& place, std::shared_ptr<ClientConnection> connection) {
  if (!connection->multiplexed()) {
    if (connection->reusable()) Keep(place, std::move(connection));
    return;
  }
  const auto kept = std::ranges::find(place.kept, connection, &Kept::connection);
  if (kept != place.kept.end()) kept->idle_since = loop_.Now();
}

net::Task<void> ClientPool::CloseIdleOnes() {
  for (;;) {
    if (origins_.empty()) co_await kept_some_.Wait();
    co_await loop_.Sleep(std::max(options_.idle_timeout / 2, kSweepPauseMin));
    for (auto at = origins_.begin(); at != origins_.end();) {
      OriginConnections& place = at->second;
      std::erase_if(place.kept, [this](const Kept& kept) { return IsOver(kept); });
      ++at;  // before this place goes
      EraseIfUnused(place);
    }
  }
}

Result<std::shared_ptr<const net::TlsContext>> ClientPool::Tls() {
  if (!tls_) {
    net::TlsContext::ClientOptions trusting_the_system;
    trusting_the_system.protocols = {"http/1.1"};
    if (options_.http2) trusting_the_system.protocols.insert(trusting_the_system.protocols.begin(), "h2");
    auto context = net::TlsContext::ForClient(trusting_the_system);
    if (!context) return std::unexpected(std::move(context.error()));
    tls_ = std::move(*context);
  }
  return tls_;
}

net::Task<Result<std::shared_ptr<ClientConnection>>> ClientPool::Open(OriginConnections& place,
                                                                      TimePoint deadline) {
  const Origin& origin = *place.origin;
  net::DialOptions dial_options;
  if (origin.tls) {
    auto tls = Tls();
    if (!tls) co_return std::unexpected(std::move(tls.error()));
    dial_options.tls = std::move(*tls);
  }
  std::string host = origin.host;
  deadline = std::min(deadline, loop_.Now() + options_.connect_timeout);
  auto stream =
      co_await net::Dial(loop_, resolver_, std::move(host), origin.port, deadline, std::move(dial_options));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  const bool http2 = (*stream)->protocol() == "h2" || (!origin.tls && options_.http2_prior_knowledge);
  std::shared_ptr<ClientConnection> connection;
  if (http2) {
    connection = MakeH2ClientConnection(std::move(*stream), options_);
    Keep(place, connection);  // others may share it from now on
  } else {
    connection = std::make_shared<H1ClientConnection>(std::move(*stream), options_);
  }
  co_return connection;
}

net::Task<Result<std::unique_ptr<ClientExchange>>> ClientPool::Send(Origin origin, ClientRequest request,
                                                                    TimePoint deadline) {
  OriginConnections& place = Find(origin);
  const Lease lease(*this, place);
  if (request.authority.empty()) request.authority = place.authority;
  // A kept connection may be dead without anybody knowing; a new one is then the only other attempt.
  std::shared_ptr<ClientConnection> connection = TakeKept(place);
  for (bool kept = connection != nullptr;; kept = false) {
    if (!kept) {
      auto opened = co_await Open(place, deadline);
      if (!opened) co_return std::unexpected(std::move(opened.error()));
      connection = std::move(*opened);
    }
    auto started = co_await connection->Start(request, deadline);
    if (!started) {
      if (kept && started.error().code == ErrorCode::kDisconnected) continue;
      GiveBack(place, std::move(connection));
      co_return std::unexpected(std::move(started.error()));
    }
    auto exchange = std::make_unique<PooledExchange>(*this, place, connection, std::move(*started));
    if (kept && IsRepeatable(request)) {
      Result<ResponseHead> head = co_await exchange->ReadHead(deadline);
      if (!head && head.error().code == ErrorCode::kDisconnected) continue;
      if (head || head.error().code != ErrorCode::kTimeout) exchange->set_head(std::move(head));
    }
    co_return exchange;
  }
}

}  // namespace cairn::http
