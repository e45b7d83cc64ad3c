#include "commands/modules.h"

#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "config/module_reader.h"
#include "registry/curl_fetcher.h"
#include "registry/module_installer.h"
#include "registry/registry_client.h"
#include "registry/requirement.h"

namespace cairn::commands {
namespace {

constexpr std::string_view kRunInit =
    "Run \"terraform init\" to install all modules required by this configuration.";

// What the call asks for, and what is installed for it: what is wrong with that, if anything.
std::optional<hcl::Diagnostic> Changed(const config::ModuleCall& call, const registry::ModuleRecord& record) {
  const auto wrong = [&](std::string summary, std::string detail) {
    return hcl::Diagnostic{
        .summary = std::move(summary), .detail = std::move(detail), .subject = call.source_range};
  };
  const auto source = registry::ParseModuleSource(call.source, !call.version.empty());
  if (!source || registry::ToString(*source) != record.source) {
    return wrong("Module source has changed",
                 Format("The source address was changed since this module was installed. {}", kRunInit));
  }
  if (call.version.empty()) return std::nullopt;
  const auto constraints = registry::ParseModuleRequirement(call.version);
  const auto version = registry::ParseLooseVersion(record.version);
  if (constraints && version && registry::Satisfies(*version, *constraints)) return std::nullopt;
  return wrong("Module version requirements have changed",
               Format("The version requirements have changed since this module was installed and the "
                      "installed version{} is no longer acceptable. {}",
                      record.version.empty() ? "" : " (" + record.version + ")", kRunInit));
}

// Reads each module once, and remembers where its calls are.
class ConfigReader final : public registry::ModuleReader {
 public:
  // What is wrong with `root` has been said.
  ConfigReader(std::shared_ptr<const config::Module> root, hcl::Diagnostics& diagnostics)
      : diagnostics_(diagnostics) {
    modules_["."] = std::move(root);
  }

  Result<std::vector<registry::ModuleCall>> Calls(const std::string& directory) override {
    std::shared_ptr<const config::Module>& module = modules_[directory];
    if (!module) module = config::LoadModule(config::DiskFiles(), directory, diagnostics_);
    std::vector<registry::ModuleCall> calls;
    for (const auto& [name, call] : module->calls) {
      if (call.source.empty()) continue;
      const std::string place = config::Place(call.range);
      calls.push_back({name, call.source, call.version, place.substr(0, place.find(','))});
    }
    return calls;
  }

  const config::ModuleCall* Find(const std::string& directory, const std::string& name) const {
    const auto module = modules_.find(directory);
    if (module == modules_.end()) return nullptr;
    const auto call = module->second->calls.find(name);
    return call == module->second->calls.end() ? nullptr : &call->second;
  }

 private:
  hcl::Diagnostics& diagnostics_;
  std::map<std::string, std::shared_ptr<const config::Module>> modules_;  // by directory
};

void Report(const registry::ModuleFailure& failure, const registry::ModuleManifest& manifest,
            const ConfigReader& reader, hcl::Diagnostics& diagnostics) {
  const size_t dot = failure.path.rfind('.');
  const std::string caller = dot == std::string::npos ? "" : failure.path.substr(0, dot);
  const config::ModuleCall* call =
      reader.Find(manifest.at(caller).directory, failure.path.substr(dot == std::string::npos ? 0 : dot + 1));
  std::optional<hcl::SourceRange> range;
  using About = registry::ModuleFailure::About;
  if (call != nullptr && failure.about != About::kDirectory) {
    range = failure.about == About::kSource ? call->source_range : call->range;
  }
  diagnostics.AddError(failure.mistake.summary, failure.mistake.detail, range);
}

std::string Line(const registry::ModuleEvent& event) {
  if (event.kind == registry::ModuleEvent::Kind::kInstalled) {
    return Format("- {} in {}", event.path, event.directory);
  }
  return event.version.empty()
             ? Format("Downloading {} for {}...", event.package, event.path)
             : Format("Downloading {} {} for {}...", event.package, event.version, event.path);
}

}  // namespace

std::string ManifestKey(const state::ModulePath& path) {
  std::string key;
  for (const std::string& name : path.names()) key += (key.empty() ? "" : ".") + name;
  return key;
}

config::ModuleResolver InstalledModules(const std::string& data_folder, hcl::Diagnostics& diagnostics) {
  auto read = registry::ReadModuleManifest(data_folder);
  if (!read) diagnostics.AddError("Failed to read the module manifest", read.error().message);
  return [manifest = read ? *std::move(read) : registry::ModuleManifest()](
             const state::ModulePath& path, const config::Config& /*parent*/,
             const config::ModuleCall& call) -> config::ResolvedModule {
    const auto record = manifest.find(ManifestKey(path));
    if (record == manifest.end()) return std::unexpected(config::ModuleNotInstalled(call));
    const std::string& directory = record->second.directory;
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
      return std::unexpected(config::ModuleNotInstalled(
          call, Format("This module's local cache directory {} could not be read. {}", directory, kRunInit)));
    }
    if (auto wrong = Changed(call, record->second)) return std::unexpected(*std::move(wrong));
    return directory;
  };
}

void InstallModules(const Environment& environment, const registry::CliConfig& cli,
                    std::shared_ptr<const config::Module> root, bool upgrade,
                    const std::function<void(const std::string&)>& say, hcl::Diagnostics& diagnostics) {
  if (root->calls.empty()) return;
  const std::string data_folder = environment.DataFolder();
  const auto before = registry::ReadModuleManifest(data_folder);
  if (!before) {
    diagnostics.AddError("Failed to read the module manifest", before.error().message);
    return;
  }
  ConfigReader reader(std::move(root), diagnostics);
  registry::CurlFetcher http({}, environment.Get("SSL_CERT_FILE"));
  registry::ServiceHosts hosts(http, cli);
  registry::ModuleFetcher packages(&http);
  registry::HttpModuleRegistry modules(hosts);
  registry::ModuleInstallResult result = registry::InstallModules(
      *before, reader, packages, &modules, {.data_directory = data_folder, .upgrade = upgrade},
      [&](const registry::ModuleEvent& event) { say(Line(event)); });
  for (const registry::ModuleFailure& failure : result.failures) {
    Report(failure, result.manifest, reader, diagnostics);
  }
  const Result<> written = registry::WriteModuleManifest(data_folder, result.manifest);
  if (!written) diagnostics.AddError("Failed to update module manifest", written.error().message);
}

}  // namespace cairn::commands
