#pragma once

// The process of a plugin: from its start to its end, with its output. Internal to the folder.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/subprocess.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/task.h"
#include "net/task_group.h"
#include "provider/handshake.h"
#include "provider/output_log.h"
#include "provider/plugin.h"

namespace cairn::provider {

class PluginProcess {
 public:
  // Starts it and waits for its handshake, until `deadline`. `client_certificate` is ours, in PEM. Both
  // streams are read for ever from then on.
  static net::Task<Result<std::unique_ptr<PluginProcess>>> Start(net::Loop& loop,
                                                                 const PluginOptions& options,
                                                                 std::string client_certificate,
                                                                 TimePoint deadline);
  PluginProcess(const PluginProcess&) = delete;
  PluginProcess& operator=(const PluginProcess&) = delete;
  // Kills it if it runs, and removes its socket.
  ~PluginProcess();

  const Handshake& handshake() const { return handshake_; }
  const std::optional<ExitStatus>& exit_status() const { return exit_status_; }
  void Kill();

  // Waits for the end, and for the rest of the output; false if `deadline` passes first.
  net::Task<bool> Ended(TimePoint deadline);

  // What it has written, to be appended to an error message; empty if nothing.
  std::string Output() const;
  // Output that came another way.
  void AddOutput(std::string_view bytes) { log_.Add(bytes); }

 private:
  PluginProcess(net::Loop& loop, Subprocess process, const PluginOptions& options)
      : loop_(loop),
        process_(std::move(process)),
        log_(options.log_bytes_max, options.on_output),
        ended_(loop),
        tasks_(loop) {}
  net::Task<Result<std::string>> ReadFirstLine(TimePoint deadline);
  net::Task<Result<>> ReadHandshake(TimePoint deadline);
  net::Task<void> Drain(net::Stream& stream);
  net::Task<void> WatchExit();

  net::Loop& loop_;
  Subprocess process_;
  std::unique_ptr<net::Socket> out_;
  std::unique_ptr<net::Socket> err_;
  OutputLog log_;
  Handshake handshake_;
  std::optional<ExitStatus> exit_status_;
  int open_streams_ = 2;
  net::WaitList ended_;
  net::TaskGroup tasks_;
};

}  // namespace cairn::provider
