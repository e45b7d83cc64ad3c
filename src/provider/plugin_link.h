#pragma once

// The connection to a plugin, and its process, if it is ours. Internal to the folder.

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/loop.h"
#include "net/task.h"
#include "net/task_group.h"
#include "provider/grpc.h"
#include "provider/plugin.h"
#include "provider/plugin_process.h"
#include "provider/schema_wire.h"

namespace cairn::provider {

class PluginLink {
 public:
  static net::Task<Result<std::unique_ptr<PluginLink>>> Start(net::Loop& loop, const PluginOptions& options);
  static net::Task<Result<std::unique_ptr<PluginLink>>> Attach(net::Loop& loop, const ReattachTarget& target,
                                                               const PluginOptions& options);
  PluginLink(const PluginLink&) = delete;
  PluginLink& operator=(const PluginLink&) = delete;

  Protocol protocol() const { return protocol_; }
  net::Loop& loop() const { return loop_; }

  // A call of its provider service. Beyond the errors of GrpcConnection::Call: if the process has ended, the
  // message says how, and what it wrote.
  net::Task<Result<std::string>> Call(std::string_view method, std::string message, TimePoint deadline);

  // Ends the process within `timeout`, or else by force.
  net::Task<void> Close(Duration timeout);

 private:
  PluginLink(net::Loop& loop, Protocol protocol) : loop_(loop), protocol_(protocol), tasks_(loop) {}
  net::Task<Error> Explain(Error error);
  net::Task<void> DrainStdio();

  net::Loop& loop_;
  const Protocol protocol_;
  std::unique_ptr<PluginProcess> process_;
  std::unique_ptr<GrpcConnection> connection_;
  net::TaskGroup tasks_;
};

}  // namespace cairn::provider
