#pragma once

// A redis-server of the demo's own: on a free loopback port, in a private directory, keeping nothing on disk.

#include <cstdint>
#include <string>
#include <vector>

#include "demo/event_log.h"
#include "demo/supervised_process.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::demo {

class RedisProcess {
 public:
  // `executable` is a path; `directory` exists. What is referred to must outlive this.
  RedisProcess(net::Loop& loop, EventLog& events, std::string executable, std::string directory);

  SupervisedProcess& process() { return process_; }
  const SupervisedProcess& process() const { return process_; }

  // Whether it answers. The port stays the same from the first time on.
  bool ready() const { return ready_; }
  uint16_t port() const { return port_; }

 private:
  std::vector<std::string> Command();
  net::Task<void> AwaitAnswer();

  net::Loop& loop_;
  const std::string executable_;
  const std::string directory_;
  uint16_t port_ = 0;
  bool ever_ready_ = false;
  bool ready_ = false;
  SupervisedProcess process_;  // last: its tasks use the others
};

}  // namespace cairn::demo
