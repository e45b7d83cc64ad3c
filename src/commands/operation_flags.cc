#include "commands/operation_flags.h"

namespace cairn::commands {

void AddLockFlags(Flags& flags, SessionOptions& options) {
  flags.Add("lock", options.lock, "hold the lock of the state meanwhile (true)");
  flags.Add("lock-timeout", options.lock_timeout, "how long to wait for the lock of the state (0s)");
  flags.Add("ignore-remote-version", options.ignore_remote_version,
            "accepted, and means nothing: no backend asks for a version");
}

void AddStateFlags(Flags& flags, SessionOptions& options) {
  AddLockFlags(flags, options);
  flags.Add("state", options.state_path, "the state file (terraform.tfstate)");
  flags.Add("backup", options.backup_path, "where the state is kept as it was before");
}

void OperationFlags::AddTo(Flags& flags, std::string_view name) {
  if (name != "refresh") {
    flags.Add("destroy", destroy, "destroy all that there is");
    flags.Add("refresh", refresh, "ask each object what it is like now (true)");
    flags.Add("refresh-only", refresh_only, "only look whether objects have changed");
    flags.Add("replace", replace, "replace this instance; may be given several times");
  }
  flags.Add("target", targets, "only this module, resource or instance, and what it needs; may be repeated");
  flags.Add("var", variables, "name=text: a value for a variable of the root module");
  flags.Add("var-file", variable_files, "a file with values for variables");
  flags.Add("input", input, "ask for variables that have no value (true)");
  flags.Add("lock", lock, "hold the lock of the state meanwhile (true)");
  flags.Add("lock-timeout", lock_timeout, "how long to try for the lock: 30s, 5m (0s)");
  flags.Add("parallelism", parallelism, "calls of providers at a time (10)");
  flags.Add("state", state_path, "the state file (terraform.tfstate)");
  flags.Add("compact-warnings", compact_warnings, "of warnings only what they are about");
  flags.Add("no-color", no_color, "no colours");
  flags.Add("json", json, "lines of JSON instead of text");
  flags.Add("help", help, "this text");
  if (name == "plan") {
    flags.Add("detailed-exitcode", detailed_exitcode, "exit code 2 if there is something to do");
    flags.Add("generate-config-out", generated_path,
              "write resources for imports that have none into this new file");
    flags.Add("out", out_path, "keep the plan in this file, for apply FILE");
    return;
  }
  flags.Add("state-out", state_out_path, "where to write the state, if not where it was read");
  flags.Add("backup", backup_path, "where to keep the state as it was (PATH.backup); -: nowhere");
  if (name != "refresh") flags.Add("auto-approve", auto_approve, "do not ask before applying");
}

SessionOptions OperationFlags::ToSessionOptions() const {
  SessionOptions options{.state_path = state_path,
                         .state_out_path = state_out_path,
                         .backup_path = backup_path,
                         .lock_timeout = lock_timeout,
                         .parallelism = parallelism,
                         .lock = lock,
                         .input = input && !json};
  for (const std::string& file : variable_files)
    options.variables.push_back({.is_file = true, .value = file});
  for (const std::string& variable : variables) options.variables.push_back({.value = variable});
  return options;
}

}  // namespace cairn::commands
