#pragma once

// The flags of plan, apply and destroy.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "commands/flags.h"
#include "commands/session.h"

namespace cairn::commands {

// -lock, -lock-timeout and -ignore-remote-version.
void AddLockFlags(Flags& flags, SessionOptions& options);
// These, -state and -backup: of commands that change a state.
void AddStateFlags(Flags& flags, SessionOptions& options);

struct OperationFlags {
  bool is_destroy = false;  // the command is `destroy`
  bool destroy = false;
  bool refresh = true;
  bool refresh_only = false;
  bool detailed_exitcode = false;
  bool auto_approve = false;
  bool no_color = false;
  bool json = false;
  bool input = true;
  bool lock = true;
  bool help = false;
  size_t parallelism = 10;
  bool compact_warnings = false;
  std::string state_path = {};
  std::string state_out_path = {};
  std::string backup_path = {};
  Duration lock_timeout = {};
  std::string out_path = {};
  std::string generated_path = {};
  std::vector<std::string> replace = {};
  std::vector<std::string> targets = {};
  std::vector<std::string> variables = {};
  std::vector<std::string> variable_files = {};

  // Those of the command `name`.
  void AddTo(Flags& flags, std::string_view name);
  SessionOptions ToSessionOptions() const;
};

}  // namespace cairn::commands
