#pragma once

// A program that is started again whenever it ends.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/subprocess.h"
#include "demo/event_log.h"
#include "net/loop.h"
#include "net/task.h"
#include "net/task_group.h"

namespace cairn::demo {

// The program dies with this process, however that ends, and does not see the terminal's Ctrl-C. Must be
// destroyed before the things its plan refers to; that kills the program.
class SupervisedProcess {
 public:
  static constexpr Duration kRestartPause = std::chrono::milliseconds(200);

  struct Plan {
    std::string name;                                   // in events
    std::string log_path;                               // its standard output and error are appended here
    std::function<std::vector<std::string>()> command;  // asked at every start
    std::function<net::Task<void>()>
        attend;                    // runs from each start on, and is cancelled at the program's end
    std::function<void()> on_end;  // once for each start
  };

  SupervisedProcess(net::Loop& loop, EventLog& events, Plan plan);
  SupervisedProcess(const SupervisedProcess&) = delete;
  SupervisedProcess& operator=(const SupervisedProcess&) = delete;

  void Start();

  // Nothing happens while the program is down.
  void Signal(int signal);

  // SIGTERM, and SIGKILL at `deadline`; it is not started again.
  net::Task<void> Stop(TimePoint deadline);

  pid_t pid() const { return process_ ? process_->pid() : 0; }  // 0 while it is down
  uint64_t ends() const { return ends_; }                       // how often it ended, or could not be started

  // What the current program, or the last one, has logged: the first 64 KiB.
  std::string LogText() const;

 private:
  net::Task<void> Supervise();
  Result<Subprocess> Launch();

  net::Loop& loop_;
  EventLog& events_;
  const Plan plan_;
  bool stopping_ = false;
  uint64_t ends_ = 0;
  int64_t log_start_ = 0;  // where the current program's lines begin in its log
  net::WaitList stop_asked_;
  std::optional<Subprocess> process_;
  net::TaskGroup supervision_;
};

}  // namespace cairn::demo
