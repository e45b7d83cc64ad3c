#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "registry/cli_config.h"
#include "registry/platform.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;

bool IsSet(const std::optional<std::string>& value) {
  return value && !value->empty();
}

// What `later` says wins; what it does not say stays.
void Merge(CliConfig& config, CliConfig later) {
  if (later.methods) config.methods = std::move(later.methods);
  for (auto& [address, directory] : later.dev_overrides) {
    config.dev_overrides[address] = std::move(directory);
  }
  if (!later.plugin_cache_dir.empty()) config.plugin_cache_dir = std::move(later.plugin_cache_dir);
  config.plugin_cache_may_break_dependency_lock_file |= later.plugin_cache_may_break_dependency_lock_file;
  config.disable_checkpoint |= later.disable_checkpoint;
  config.disable_checkpoint_signature |= later.disable_checkpoint_signature;
  for (auto& [host, token] : later.tokens) config.tokens[host] = std::move(token);
  for (auto& [host, services] : later.host_services) config.host_services[host] = std::move(services);
  if (!later.credentials_helper.empty()) {
    config.credentials_helper = std::move(later.credentials_helper);
    config.credentials_helper_arguments = std::move(later.credentials_helper_arguments);
  }
}

class Loader {
 public:
  Loader(const CliConfigPlaces& places, const AddressDefaults& defaults)
      : places_(places), defaults_(defaults) {}

  CliConfigRead Load() {
    const std::optional<std::string> home = places_.environment("HOME");
    std::optional<std::string> file = places_.environment("TF_CLI_CONFIG_FILE");
    if (!IsSet(file)) file = places_.environment("TERRAFORM_CONFIG");
    if (IsSet(file)) {
      ReadNamed(*file);
    } else if (IsSet(home)) {
      ReadFileIfThere(*home + "/.terraformrc");
    }
    if (IsSet(home)) {
      ReadDirectory(*home + "/.terraform.d");
      FindHelper(*home + "/.terraform.d/plugins");
    }
    AddEnvironment();
    return std::move(read_);
  }

 private:
  void Add(const std::string& path, std::string text) {
    CliConfigRead one =
        ParseCliConfig(std::make_shared<hcl::Source>(path, std::move(text)), places_.environment, defaults_);
    read_.diagnostics.Append(std::move(one.diagnostics));
    Merge(read_.config, std::move(one.config));
  }

  // A file that somebody named is missed.
  void ReadNamed(const std::string& path) {
    Result<std::string> text = ReadFile(path, kCliConfigBytesMax);
    if (text) {
      Add(path, *std::move(text));
    } else if (text.error().code == ErrorCode::kNotFound) {
      read_.diagnostics.AddWarning("Unable to open CLI configuration file",
                                   Format("The CLI configuration file at \"{}\" does not exist.", path));
    } else {
      Failed(path, text.error());
    }
  }

  void ReadFileIfThere(const std::string& path) {
    Result<std::string> text = ReadFile(path, kCliConfigBytesMax);
    if (text) {
      Add(path, *std::move(text));
    } else if (text.error().code != ErrorCode::kNotFound) {
      Failed(path, text.error());
    }
  }

  void Failed(const std::string& path, const Error& error) {
    read_.diagnostics.AddError(Format("Error reading {}: {}", path, error.message), "");
  }

  void ReadDirectory(const std::string& directory) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::directory_iterator it(directory, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
      const std::string name = it->path().filename().string();
      const bool is_temporary = name.starts_with('.') || name.ends_with('~') || name.starts_with('#');
      if (!is_temporary && (name.ends_with(".tfrc") || name.ends_with(".tfrc.json"))) {
        files.push_back(it->path().string());
      }
    }
    std::ranges::sort(files);
    for (const std::string& file : files) ReadFileIfThere(file);
  }

  // terraform-credentials-NAME, with or without a version behind it.
  void FindHelper(const std::string& directory) {
    if (read_.config.credentials_helper.empty()) return;
    const std::string wanted = "terraform-credentials-" + read_.config.credentials_helper;
    for (const std::string& place : {directory, directory + "/" + ToString(CurrentPlatform())}) {
      std::error_code error;
      for (fs::directory_iterator it(place, error); !error && it != fs::directory_iterator();
           it.increment(error)) {
        const std::string name = it->path().filename().string();
        const bool is_it = name == wanted || name.starts_with(wanted + "_v");
        if (is_it) read_.config.credentials_helper_program = it->path().string();
      }
    }
  }

  void AddEnvironment() {
    if (const auto cache = places_.environment("TF_PLUGIN_CACHE_DIR"); IsSet(cache)) {
      read_.config.plugin_cache_dir = *cache;
    }
    const auto may_break = places_.environment("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE");
    if (IsSet(may_break) && *may_break != "0")
      read_.config.plugin_cache_may_break_dependency_lock_file = true;
    if (IsSet(places_.environment("CHECKPOINT_DISABLE"))) read_.config.disable_checkpoint = true;
    for (const std::string& variable : places_.variables) AddToken(variable);
  }

  // TF_TOKEN_app_terraform_io: "_" stands for ".", "__" for "-".
  void AddToken(std::string_view variable) {
    constexpr std::string_view kPrefix = "TF_TOKEN_";
    const size_t equals = variable.find('=');
    if (!variable.starts_with(kPrefix) || equals == std::string_view::npos) return;
    const std::string_view name = variable.substr(kPrefix.size(), equals - kPrefix.size());
    std::string written;
    for (size_t i = 0; i < name.size(); ++i) {
      const bool is_dash = name.substr(i).starts_with("__");
      written += is_dash ? '-' : name[i] == '_' ? '.' : name[i];
      if (is_dash) ++i;
    }
    const Result<std::string> host = ParseServiceHost(written);
    if (host) read_.config.tokens[*host] = variable.substr(equals + 1);
  }

  const CliConfigPlaces& places_;
  const AddressDefaults& defaults_;
  CliConfigRead read_;
};

}  // namespace

CliConfigRead LoadCliConfig(const CliConfigPlaces& places, const AddressDefaults& defaults) {
  return Loader(places, defaults).Load();
}

}  // namespace cairn::registry
