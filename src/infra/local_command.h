#pragma once

// Running a program of this machine, and what it writes, line by line.

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/subprocess.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::infra {

inline constexpr size_t kOutputBytesMax = 8192;  // of the end of what a command writes, for messages

struct LocalCommand {
  std::vector<std::string> words = {};        // the program and its arguments
  std::vector<std::string> environment = {};  // "NAME=value", besides this process's
  std::string folder = {};                    // empty: this process's
  std::function<void(std::string)> on_line = {};
  const bool* stops = nullptr;  // becomes true when it is to be killed, with all of its process group
};

struct CommandEnd {
  ExitStatus status = {};
  std::string output = {};  // the last kOutputBytesMax bytes
};

// Done when the program has ended and nothing writes to its output any more. Cancelling kills it, and all
// that is of its process group. `command` must outlive the task.
net::Task<Result<CommandEnd>> RunLocalCommand(net::Loop& loop, const LocalCommand& command);

}  // namespace cairn::infra
