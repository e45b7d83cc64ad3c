#pragma once

// State in files: "terraform.tfstate", and "terraform.tfstate.d/NAME/terraform.tfstate" for other workspaces.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "state/backend.h"

namespace cairn::state {

struct LocalBackendOptions {
  std::string folder = ".";                // relative paths begin here
  std::string path = "terraform.tfstate";  // of the default workspace
  std::string workspace_folder = "terraform.tfstate.d";
  std::string backup_path = {};               // as StateFile::Options
  std::string backup_suffix = ".backup";      // behind the path of the state, where there is no backup_path
  std::optional<std::string> read_path = {};  // of the default workspace, as there
};

class LocalBackend final : public Backend {
 public:
  explicit LocalBackend(LocalBackendOptions options) : options_(std::move(options)) {}

  net::Task<Result<std::vector<std::string>>> Workspaces() override;
  // Makes the workspace's folder.
  Result<std::unique_ptr<StateStore>> Open(std::string workspace) override;
  net::Task<Result<>> Delete(std::string workspace) override;

 private:
  std::string PathOf(const std::string& path) const;

  LocalBackendOptions options_;
};

}  // namespace cairn::state
