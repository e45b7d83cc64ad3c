#pragma once

// The settings of `counter-demo`, as values.

#include <cstddef>
#include <optional>
#include <string>

#include "net/address.h"

namespace cairn::demo {

struct DemoSettings {
  std::optional<net::Address> listen;  // none: kDefaultListen, or a free port if that is taken
  size_t replicas = 3;
  std::string redis_server;  // a path, or a name to be looked up in PATH
  std::string counter;       // a path; empty: beside this program
  std::optional<int> load;   // requests a second; none: kDefaultLoad on a terminal, else 0
  bool check = false;
  bool keep_directory = false;
  std::string log_file;  // empty: in the directory
};

inline constexpr const char* kDefaultListen = "127.0.0.1:8080";
inline constexpr int kDefaultLoad = 20;
inline constexpr size_t kReplicasMax = 9;  // one key each

// Reads the command line. The exit code if the program is not to run: help was printed, or a mistake
// explained.
std::optional<int> ParseDemoSettings(int argc, const char* const* argv, DemoSettings& settings);

}  // namespace cairn::demo
