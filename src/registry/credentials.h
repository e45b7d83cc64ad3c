#pragma once

// The tokens that hosts are asked with: those of the CLI configuration, else those of the program that it
// names as credentials_helper. Source: "Credentials Helpers" in Terraform's documentation.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "registry/cli_config.h"

namespace cairn::registry {

// Not thread-safe.
class Credentials {
 public:
  explicit Credentials(const CliConfig& config);

  // Nothing for a host that has none. kDenied, with the peer's words, where the helper failed. It runs once
  // for a host, at most for ten seconds.
  Result<std::optional<std::string>> TokenOf(const std::string& host);

 private:
  Result<std::optional<std::string>> AskHelper(const std::string& host) const;

  std::map<std::string, Result<std::optional<std::string>>> tokens_;  // by host, as far as known
  std::vector<std::string> helper_;                                   // its program and arguments; or empty
};

}  // namespace cairn::registry
