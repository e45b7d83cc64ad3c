#pragma once

// Replicas of the counter behind one front door, and what they share: Redis and a ledger, or nothing.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "demo/event_log.h"
#include "demo/front_door.h"
#include "demo/redis_process.h"
#include "demo/replica.h"
#include "http/client.h"
#include "http/server.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/task.h"

namespace cairn::demo {

struct DeploymentOptions {
  std::string counter;            // the path of a program
  std::string redis_server = {};  // the same; empty: every replica counts in its own memory
  size_t replicas = 3;
  std::string directory;  // for logs and the ledger; exists
};

// Whatever it started is gone when it is destroyed. Belongs to the thread of its loop.
class Deployment {
 public:
  static constexpr Duration kStartTimeout = std::chrono::seconds(10);
  static constexpr Duration kStopTimeout = std::chrono::seconds(5);

  // All must outlive it.
  Deployment(net::Loop& loop, http::Client& client, EventLog& events, DeploymentOptions options);

  // Ends when Redis answers, every replica is ready and `listener` serves; or with kUnavailable and what is
  // to blame.
  net::Task<Result<>> Start(std::unique_ptr<net::Listener> listener);

  // Takes no more requests, lets those under way finish, and ends all processes: SIGTERM, then SIGKILL.
  net::Task<void> Stop();

  size_t size() const { return replicas_.size(); }
  Replica& replica(size_t index) { return *replicas_[index]; }
  const Replica& replica(size_t index) const { return *replicas_[index]; }
  const RedisProcess* redis() const { return redis_ ? &*redis_ : nullptr; }
  RedisProcess* redis() { return redis_ ? &*redis_ : nullptr; }
  const FrontDoor& front_door() const { return front_door_; }

 private:
  void MakeReplicas();
  net::Task<Result<>> BecomesReady(const SupervisedProcess& process, std::string name,
                                   std::function<bool()> is_ready);

  net::Loop& loop_;
  http::Client& client_;
  EventLog& events_;
  const DeploymentOptions options_;
  FrontDoor front_door_;
  http::Server server_;
  std::optional<RedisProcess> redis_;
  std::vector<std::unique_ptr<Replica>> replicas_;
};

// Where `name` is: itself if it has a slash, else a program of that name in a directory of PATH; kNotFound.
Result<std::string> FindProgram(const std::string& name);

}  // namespace cairn::demo
