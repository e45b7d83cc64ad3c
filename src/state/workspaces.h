#pragma once

// Which workspace is meant, and which backend: what `.terraform/` remembers between commands.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/value.h"
#include "state/json_text.h"

namespace cairn::state {

inline constexpr std::string_view kDefaultWorkspace = "default";

// Letters, digits and what URLs take as they are; neither "." nor "..".
bool IsWorkspaceName(std::string_view name);

struct Workspace {
  std::string name;
  bool overridden = false;  // by the environment: it cannot be changed
};

// `environment` is TF_WORKSPACE, empty if unset; `data_folder` is ".terraform". kInvalid, in the peer's
// words, if the environment has no such name.
Result<Workspace> CurrentWorkspace(const std::string& data_folder, std::string_view environment);

// Remembers it. The folder is made if it is missing.
Result<> SelectWorkspace(const std::string& data_folder, std::string_view name);

// The backend that `init` set up: "terraform.tfstate" in the data folder.
struct BackendRecord {
  std::string terraform_version = {};
  std::string type = {};     // "s3"
  JsonText config = {};      // an object
  uint64_t config_hash = 0;  // BackendConfigHash of what the configuration said
};

// Nothing if there is none, or it remembers no backend.
Result<std::optional<BackendRecord>> ReadBackendRecord(const std::string& data_folder);
Result<> WriteBackendRecord(const std::string& data_folder, const BackendRecord& record);

// By which Terraform sees that a backend's configuration has changed. `config` is an object of the backend's
// schema, with null for what is not written.
uint64_t BackendConfigHash(std::string_view type, const hcl::Value& config);

}  // namespace cairn::state
