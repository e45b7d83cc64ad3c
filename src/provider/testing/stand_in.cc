#include "provider/testing/stand_in.h"

#include <cstdio>
#include <cstdlib>

#include "base/subprocess.h"

namespace cairn::provider {

bool StandInIsThere() {
  static const bool is_there = [] {
    auto python = Subprocess::Start({.argv = {"/usr/bin/python3", "-B", "-c", "import grpc"},
                                     .stdin_fd = kNullStream,
                                     .stdout_fd = kNullStream,
                                     .stderr_fd = kNullStream});
    return python && python->Wait().ok();
  }();
  return is_there;
}

PluginOptions PluginRunner::Options(const std::string& settings) const {
  PluginOptions options;
  options.name = "cairn/standin";
  options.program = "/usr/bin/python3";
  options.arguments = {"-B", std::string(getenv("CAIRN_SOURCE_DIR")) + "/tests/provider/stand_in.py"};
  options.environment = {"STANDIN=" + settings, "TMPDIR=" + directory_.path()};
  return options;
}

std::unique_ptr<Provider> PluginRunner::Start(const std::string& settings) {
  auto started = TryStart(Options(settings));
  if (!started) {
    std::fprintf(stderr, "%s\n", started.error().message.c_str());
    std::abort();
  }
  return std::move(*started);
}

}  // namespace cairn::provider
