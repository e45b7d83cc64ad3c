#pragma once

// The connections of a client, by origin. Internal to the folder.

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/client.h"
#include "http/client_connection.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"
#include "net/task_group.h"

namespace cairn::http {

class ClientPool {
 public:
  ClientPool(net::Loop& loop, net::Resolver& resolver, ClientOptions options);
  ClientPool(const ClientPool&) = delete;
  ClientPool& operator=(const ClientPool&) = delete;

  // As Client::Send.
  net::Task<Result<std::unique_ptr<ClientExchange>>> Send(Origin origin, ClientRequest request,
                                                          TimePoint deadline);

  const ClientOptions& options() const { return options_; }

 private:
  class PooledExchange;
  class Lease;

  struct Kept {
    std::shared_ptr<ClientConnection> connection;
    TimePoint idle_since;
  };
  struct OriginConnections {
    const Origin* origin = nullptr;
    std::string authority;   // as in Host
    std::vector<Kept> kept;  // HTTP/1: idle ones, the last used at the end; HTTP/2: all
    size_t leases = 0;       // while there is one, this stays where it is
  };
  struct OriginHash {
    size_t operator()(const Origin& origin) const;
  };

  OriginConnections& Find(const Origin& origin);
  std::shared_ptr<ClientConnection> TakeKept(OriginConnections& place);
  net::Task<Result<std::shared_ptr<ClientConnection>>> Open(OriginConnections& place, TimePoint deadline);
  void GiveBack(OriginConnections& place, std::shared_ptr<ClientConnection> connection);
  void Keep(OriginConnections& place, std::shared_ptr<ClientConnection> connection);
  void EraseIfUnused(OriginConnections& place);
  bool IsOver(const Kept& kept) const;
  Result<std::shared_ptr<const net::TlsContext>> Tls();
  net::Task<void> CloseIdleOnes();

  net::Loop& loop_;
  net::Resolver& resolver_;
  const ClientOptions options_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::unordered_map<Origin, OriginConnections, OriginHash> origins_;
  net::WaitList kept_some_;
  net::TaskGroup sweeper_;
};

}  // namespace cairn::http
