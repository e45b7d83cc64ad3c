#pragma once

// One address in front of several replicas: requests go round them in turn.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "http/client.h"
#include "http/exchange.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::demo {

// A request that failed is sent to another replica only if nobody can notice: nothing of it was sent; or its
// method is safe and the connection ended before anything of a response came, as when the replica was killed.
// That costs the counter at most one number which nobody gets. Both happens at most once per replica and
// request.
//
// Bodies are held in memory, both ways, up to the limits of http::MessageLimits.
class FrontDoor final : public http::Handler {
 public:
  static constexpr Duration kRequestTimeout = std::chrono::seconds(5);

  struct Counts {
    uint64_t requests = 0;                              // answered by this replica
    std::optional<int64_t> last_number = std::nullopt;  // that it gave
  };

  // `client` must outlive the front door. All of its `replicas` are closed at first.
  FrontDoor(net::Loop& loop, http::Client& client, size_t replicas);

  // Sends requests to `replica`, at `origin`, from now on.
  void Open(size_t replica, http::Origin origin);
  // No more; requests under way are not touched. A replica that refuses connections is closed without asking.
  void Close(size_t replica);

  const Counts& counts(size_t replica) const { return replicas_[replica].counts; }
  // Requests answered with a 5xx status, a replica's or the front door's own (502, 503, 504).
  uint64_t errors() const { return errors_; }

  net::Task<void> Handle(http::Exchange& exchange) override;

 private:
  struct Replica {
    bool open = false;
    http::Origin origin;
    Counts counts;
  };
  struct Request;
  enum class Attempt : uint8_t;

  std::optional<size_t> NextOpen(const std::vector<bool>& tried);
  net::Task<Attempt> Forward(size_t replica, const Request& request, http::Exchange& exchange);
  void Refuse(http::Exchange& exchange, int status);

  net::Loop& loop_;
  http::Client& client_;
  std::vector<Replica> replicas_;
  size_t next_ = 0;
  uint64_t errors_ = 0;
};

}  // namespace cairn::demo
