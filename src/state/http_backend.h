#pragma once

// State behind an HTTP server: GET and POST; with LOCK and UNLOCK if the server has locks. One workspace.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client.h"
#include "state/backend.h"

namespace cairn::state {

struct HttpBackendOptions {
  std::string address;  // a URL
  std::string update_method = "POST";
  std::optional<std::string> lock_address = {};  // none: no locks
  std::string lock_method = "LOCK";
  std::optional<std::string> unlock_address = {};
  std::string unlock_method = "UNLOCK";
  std::string username = {};
  std::string password = {};
  int retry_max = 2;  // after no answer, or one of 500 and above
  Duration retry_wait_min = std::chrono::seconds(1);
  Duration retry_wait_max = std::chrono::seconds(30);
  Duration timeout = std::chrono::minutes(2);  // of one attempt
  std::string journal_path = {};               // on this machine
};

// `loop` and `client` must outlive it and its stores. The client's limits must allow for states
// (MessageLimits::body_bytes_max). kInvalid if an address is no URL of http or https.
Result<std::unique_ptr<Backend>> MakeHttpBackend(net::Loop& loop, http::Client& client,
                                                 HttpBackendOptions options);

}  // namespace cairn::state
