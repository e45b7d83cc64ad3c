#pragma once

// The logs of plugins, where TF_LOG asks for them.

#include <memory>
#include <string>

#include "base/fd.h"
#include "commands/environment.h"
#include "provider/plugin.h"

namespace cairn::commands {

// By TF_LOG and, stronger, TF_LOG_PROVIDER: a level that plugins understand (TRACE, DEBUG, INFO, WARN, ERROR,
// JSON), or OFF. Their lines go to the end of the file TF_LOG_PATH, otherwise to standard error, each behind
// the time and the provider. They may hold secrets: the plugins decide what they write.
class PluginLog {
 public:
  explicit PluginLog(const Environment& environment);

  // Why the file cannot be written; empty otherwise.
  const std::string& problem() const { return problem_; }
  // Has a plugin that is to be started log, if that is wanted.
  void Enable(provider::PluginOptions& options) const;

 private:
  std::string level_;  // empty: none
  std::string problem_;
  std::shared_ptr<const UniqueFd> file_;  // null: standard error
};

}  // namespace cairn::commands
