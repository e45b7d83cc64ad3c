#pragma once

// The CLI configuration: ~/.terraformrc and what belongs to it. It says where providers may come from, and
// with which tokens hosts are asked.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hcl/diagnostic.h"
#include "hcl/source.h"
#include "registry/provider_address.h"

namespace cairn::registry {

inline constexpr size_t kCliConfigBytesMax = size_t{1} << 20;

// Providers: "hashicorp/*", "example.com/acme/widget", "*/*/*". An asterisk in a part stands for anything.
struct ProviderPattern {
  std::string host;
  std::string namespace_name;
  std::string type;

  bool Matches(const ProviderAddress& address) const;
  bool operator==(const ProviderPattern&) const = default;
};

// kInvalid with the peer's words.
Result<ProviderPattern> ParseProviderPattern(std::string_view text, const AddressDefaults& defaults = {});

// One way to get providers.
struct InstallationMethod {
  enum class Kind { kDirect, kFilesystemMirror, kNetworkMirror };
  Kind kind = Kind::kDirect;
  std::string location = {};                  // a directory, or an https URL
  std::vector<ProviderPattern> include = {};  // none: all
  std::vector<ProviderPattern> exclude = {};  // stronger than include

  bool Serves(const ProviderAddress& address) const;
};

struct CliConfig {
  // Nothing: nobody wrote `provider_installation`, and ImpliedMethods apply.
  std::optional<std::vector<InstallationMethod>> methods = {};
  std::map<ProviderAddress, std::string> dev_overrides = {};  // directories
  std::string plugin_cache_dir = {};                          // empty: none
  bool plugin_cache_may_break_dependency_lock_file = false;
  bool disable_checkpoint = false;
  bool disable_checkpoint_signature = false;
  std::map<std::string, std::string> tokens = {};                                // by host
  std::map<std::string, std::map<std::string, std::string>> host_services = {};  // by host: service, URL
  std::string credentials_helper = {};                                           // its name
  std::string credentials_helper_program = {};                                   // empty: not installed
  std::vector<std::string> credentials_helper_arguments = {};
};

using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view)>;

struct CliConfigRead {
  CliConfig config;
  hcl::Diagnostics diagnostics;
};

// One file. `environment` expands $NAME in plugin_cache_dir.
CliConfigRead ParseCliConfig(const std::shared_ptr<const hcl::Source>& source,
                             const EnvironmentLookup& environment, const AddressDefaults& defaults = {});

// Where the files are, and what the environment adds.
struct CliConfigPlaces {
  EnvironmentLookup environment;            // TF_CLI_CONFIG_FILE, TF_PLUGIN_CACHE_DIR, HOME, …
  std::vector<std::string> variables = {};  // "NAME=value" of all, for TF_TOKEN_HOST
};

// The file named by TF_CLI_CONFIG_FILE, else ~/.terraformrc; then *.tfrc and *.tfrc.json of ~/.terraform.d,
// credentials.tfrc.json among them; then the environment, which wins. What cannot be read is reported.
CliConfigRead LoadCliConfig(const CliConfigPlaces& places, const AddressDefaults& defaults = {});

// Where providers come from if the configuration does not say: the local directories that exist, then their
// own registries, for all but those that a local directory holds. `launch_directory` is where the command was
// started, before -chdir.
std::vector<InstallationMethod> ImpliedMethods(const std::string& launch_directory,
                                               const EnvironmentLookup& environment);

}  // namespace cairn::registry
