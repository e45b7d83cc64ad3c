#pragma once

// A child process: started with errors reported, owned, and never left behind.

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace cairn {

// What to do with one of the child's standard streams: a descriptor >= 0 (borrowed until Start returns), or:
inline constexpr int kInheritStream = -1;
inline constexpr int kNullStream = -2;  // /dev/null

struct SubprocessOptions {
  // The program and its arguments; looked up in this process's PATH if argv[0] has no slash.
  std::vector<std::string> argv;
  std::vector<std::string> environment =
      {};                              // "NAME=value", added to this process's environment, or replacing
  std::string working_directory = {};  // empty: this process's own
  int stdin_fd = kInheritStream;
  int stdout_fd = kInheritStream;
  int stderr_fd = kInheritStream;
  // The child leads a process group: Kill and the destructor then reach all of it, and Ctrl-C does not.
  bool new_process_group = false;
  // The kernel kills the child (SIGKILL) when the *thread* that started it ends, also if by a crash.
  bool die_with_parent = false;
};

// How a process ended: with `signal` 0 it exited with `code`, else that signal killed it (and code is 0).
struct ExitStatus {
  int code = 0;
  int signal = 0;

  bool ok() const { return code == 0 && signal == 0; }
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

// "exit code 1", "signal 9 (Killed)".
std::string ToString(ExitStatus status);

// Owns the process from its start until it is reaped; nobody else may wait for it, and SIGCHLD may not be
// ignored. Belongs to one thread.
class Subprocess {
 public:
  // The child has default signal handling, no signal blocked, and no descriptor except the three standard
  // ones and those that this process opened without O_CLOEXEC. When this returns the program runs; a program
  // that is missing (kNotFound) or cannot be run (kDenied, ...) and a missing working directory are errors
  // here.
  static Result<Subprocess> Start(const SubprocessOptions& options);

  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  // Kills (SIGKILL) and reaps the process if it has not been reaped.
  ~Subprocess();

  pid_t pid() const { return pid_; }
  // Readable, for poll and epoll, once the process has ended; then call TryWait. Valid as long as this
  // object.
  int pidfd() const { return pidfd_.get(); }

  // Sends `signal`, to the whole group if the process leads one. Nothing happens once it has been reaped.
  void Kill(int signal);

  // Waits for the end. May be called again: the answer stays.
  ExitStatus Wait();

  // Nothing while the process runs.
  std::optional<ExitStatus> TryWait();

 private:
  Subprocess(pid_t pid, bool leads_group) : pid_(pid), leads_group_(leads_group) {}
  std::optional<ExitStatus> Reap(int wait_flags);
  void KillAndReap();

  pid_t pid_ = -1;  // -1 after being moved from
  bool leads_group_ = false;
  UniqueFd pidfd_;
  std::optional<ExitStatus> status_;
};

}  // namespace cairn
