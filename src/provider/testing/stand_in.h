#pragma once

// tests/provider/stand_in.py, a provider that does what a test wants, and what runs it.

#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/testing/temporary_directory.h"
#include "net/loop.h"
#include "provider/plugin.h"

namespace cairn::provider {

// Whether there is a Python with gRPC; tests skip without.
bool StandInIsThere();

// A loop, and a place for what plugins leave behind.
class PluginRunner {
 public:
  net::Loop& loop() { return loop_; }
  const TemporaryDirectory& directory() const { return directory_; }

  template <typename T>
  T Run(net::Task<T> task) {
    return loop_.Run(std::move(task));
  }

  // Options that start the stand-in. `settings` is the JSON that it describes.
  PluginOptions Options(const std::string& settings) const;
  Result<std::unique_ptr<Provider>> TryStart(PluginOptions options) {
    return Run(StartPlugin(loop_, std::move(options)));
  }
  // One that starts, or else this aborts.
  std::unique_ptr<Provider> Start(const std::string& settings);

 private:
  SystemClock clock_;
  net::Loop loop_{clock_};
  TemporaryDirectory directory_;
};

}  // namespace cairn::provider
