#pragma once

// Plans that are kept in files: plan -out, apply FILE, show FILE.

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "commands/screen.h"
#include "commands/variables.h"
#include "config/loader.h"
#include "infra/plan_file.h"

namespace cairn::commands {

// This machine's files, with what has been read of them.
class RecordingFiles final : public config::ConfigFiles {
 public:
  Result<std::vector<std::string>> List(const std::string& folder) const override;
  Result<std::string> Read(const std::string& path) const override;
  const std::map<std::string, std::string>& texts() const { return texts_; }

 private:
  mutable std::map<std::string, std::string> texts_;  // by path
};

// The configuration that a plan was made of. `saved` must outlive both.
class SavedFiles final : public config::ConfigFiles {
 public:
  explicit SavedFiles(const infra::SavedPlan& saved) : saved_(saved) {}
  Result<std::vector<std::string>> List(const std::string& folder) const override;
  Result<std::string> Read(const std::string& path) const override;

 private:
  const infra::SavedPlan& saved_;
};
config::ModuleResolver SavedModules(const infra::SavedPlan& saved);

// Where the modules below `root` have been found: what SavedModules goes by.
std::map<std::string, std::string> ModuleFolders(const config::Config& root);

// The values of variables that a plan was made with. Flags may repeat them, and give those of ephemeral ones.
infra::GivenVariables SavedVariables(const infra::SavedPlan& saved, const config::Module& root,
                                     const std::vector<VariableFlag>& flags, hcl::Diagnostics& diagnostics);

// "2026-11-28T01:02:03Z", and back; nothing if it is no such time.
std::string TimeText(std::chrono::system_clock::time_point time);
std::optional<std::chrono::system_clock::time_point> ParseTime(const std::string& text);

// Reads the plan at `path`; what is wrong is said.
std::optional<infra::SavedPlan> LoadPlan(const std::string& path, Screen& screen);

}  // namespace cairn::commands
