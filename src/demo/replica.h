#pragma once

// One replica of the counter behind the front door.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "demo/event_log.h"
#include "demo/front_door.h"
#include "demo/supervised_process.h"
#include "http/client.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::demo {

enum class ReplicaState : uint8_t {
  kDown,      // no process
  kStarting,  // a process that was not ready yet
  kReady,     // gets requests
  kUnready,   // was ready and says that it is not, or says nothing
  kLeaving,   // on its way out: told to stop, and finishing its requests
};

// "ready", "not ready".
std::string_view ToString(ReplicaState state);

// Runs a counter on ports that it chooses itself, asks it every 100 ms whether it is ready, and opens or
// closes the front door for it accordingly.
class Replica {
 public:
  struct Options {
    size_t index = 0;  // at the front door
    std::string name;  // "counter-1"
    std::string log_path;
    std::string executable;              // a path
    std::vector<std::string> arguments;  // the source and what it needs
  };

  // All must outlive the replica.
  Replica(net::Loop& loop, http::Client& client, FrontDoor& front_door, EventLog& events, Options options);

  SupervisedProcess& process() { return process_; }
  const SupervisedProcess& process() const { return process_; }

  // Takes it out of the front door, then lets it finish and go; another process takes its place.
  void Replace();

  const std::string& name() const { return options_.name; }
  ReplicaState state() const { return state_; }
  // Of its numbers, "127.0.0.1:41234"; empty while it is not known.
  std::string address() const;

 private:
  std::vector<std::string> Command() const;
  net::Task<void> Attend();
  net::Task<bool> SaysReady();
  bool FindAddresses();
  void OnProbe(bool is_ready);
  void OnEnd();

  net::Loop& loop_;
  http::Client& client_;
  FrontDoor& front_door_;
  const Options options_;
  ReplicaState state_ = ReplicaState::kDown;
  std::optional<http::Origin> numbers_;
  std::optional<http::Origin> admin_;
  SupervisedProcess process_;  // last: its tasks use the others
};

}  // namespace cairn::demo
