#pragma once

// Providers that are programs of their own: plugins, as HashiCorp's go-plugin starts and speaks to them.
//
//   auto provider = co_await StartPlugin(loop, {.name = "registry.terraform.io/hashicorp/aws", .program =
//   file});
//   ...
//   co_await (*provider)->Close();
//
// The process leads a process group, so that Ctrl-C reaches this program alone, and dies with the thread that
// started it. It speaks to nobody else: both ends of the connection have a certificate made for it. (A plugin
// that offers none is spoken to in plain text, over a socket that only this user can connect to.)
//
// A call that is cancelled is cancelled in the plugin too: let an operation that changes the world end.

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/loop.h"
#include "net/task.h"
#include "provider/provider.h"

namespace cairn::provider {

struct PluginOptions {
  std::string name = {};     // of the provider, in error messages
  std::string program = {};  // the file
  std::vector<std::string> arguments = {};
  // "NAME=value", added to this process's own or replacing. Unless said here, plugins log nothing (TF_LOG=off
  // and its relatives): the log of one that does is megabytes, which nobody reads.
  std::vector<std::string> environment = {};

  // Where to keep its schemas, by `package_hash`, which must change whenever the plugin does; none of the two
  // may be empty for that. They are used instead of asking only if the provider allows it.
  std::string schema_cache_directory = {};
  std::string package_hash = {};

  Duration start_timeout = std::chrono::seconds(60);     // until it listens
  Duration prompt_timeout = std::chrono::minutes(5);     // for an answer that needs nothing of the world
  Duration operation_timeout = std::chrono::hours(24);   // for any other
  Duration stop_timeout = std::chrono::seconds(2);       // between asking it to end and killing it
  size_t log_bytes_max = 64 * 1024;                      // of its output kept for error messages
  std::function<void(std::string_view)> on_output = {};  // gets all of it, piece by piece
};

// Starts the program and connects to it. kNotFound or kDenied: it cannot be started; kTimeout: it did not
// listen in time; kDisconnected: it ended first; kInvalid: it is no plugin, or of no supported protocol. The
// messages hold what it wrote.
net::Task<Result<std::unique_ptr<Provider>>> StartPlugin(net::Loop& loop, PluginOptions options);

// A plugin that somebody else has started, a debugger for example.
struct ReattachTarget {
  int protocol = 5;
  std::string network;  // "unix" or "tcp"
  std::string address;
};

// The value of TF_REATTACH_PROVIDERS: provider addresses, complete with the default host, and their plugins.
// kInvalid if it is malformed. Empty text: none.
Result<std::map<std::string, ReattachTarget>> ParseReattach(std::string_view json);

// Connects to it. Close leaves the process alone. Of `options` only the name and the timeouts count.
net::Task<Result<std::unique_ptr<Provider>>> AttachPlugin(net::Loop& loop, ReattachTarget target,
                                                          PluginOptions options);

}  // namespace cairn::provider
