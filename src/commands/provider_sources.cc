#include "commands/provider_sources.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace cairn::commands {
namespace {

registry::EnvironmentLookup LookupIn(const Environment& environment) {
  return [&environment](std::string_view name) -> std::optional<std::string> {
    std::string value = environment.Get(name);
    return value.empty() ? std::nullopt : std::optional(std::move(value));
  };
}

// Between rules, whatever the screen: the words of what comes before any command.
std::string InBox(const hcl::Diagnostic& diagnostic) {
  const bool is_error = diagnostic.severity == hcl::Severity::kError;
  std::string box = Format("╷\n│ {}: {}\n│\n", is_error ? "Error" : "Warning", diagnostic.summary);
  if (diagnostic.detail.empty()) return box + "╵\n";
  for (const std::string_view line : Split(diagnostic.detail, '\n')) {
    box += line.empty() ? "│\n" : Format("│ {}\n", line);
  }
  return box + "╵\n";
}

}  // namespace

registry::CliConfig ReadCliConfig(const Environment& environment, Screen& screen) {
  registry::CliConfigRead read =
      registry::LoadCliConfig({.environment = LookupIn(environment), .variables = environment.variables});
  if (read.diagnostics.empty()) return std::move(read.config);
  screen.PrintError("There are some problems with the CLI configuration:\n");
  for (const hcl::Diagnostic& one : read.diagnostics) screen.PrintError(InBox(one));
  screen.PrintError(read.diagnostics.has_errors()
                        ? "\nAs a result of the above problems, Terraform may not behave as intended.\n\n\n"
                        : "\n");
  return std::move(read.config);
}

void WarnOfOverrides(const registry::CliConfig& cli, std::string_view consequences,
                     hcl::Diagnostics& diagnostics) {
  if (cli.dev_overrides.empty()) return;
  std::string list;
  for (const auto& [address, folder] : cli.dev_overrides) {
    list += Format(" - {} in {}\n", registry::ForDisplay(address), folder);
  }
  diagnostics.AddWarning(
      "Provider development overrides are in effect",
      Format("The following provider development overrides are set in the CLI configuration:\n{}\n{}", list,
             consequences));
}

registry::CombinedSource Registries::SourceOf(const std::vector<registry::InstallationMethod>& methods) {
  using Kind = registry::InstallationMethod::Kind;
  std::vector<registry::CombinedSource::Member> members;
  for (const registry::InstallationMethod& method : methods) {
    std::unique_ptr<registry::ProviderSource> source;
    switch (method.kind) {
      case Kind::kDirect:
        source = std::make_unique<registry::RegistrySource>(hosts_, verifier_);
        break;
      case Kind::kFilesystemMirror:
        source = std::make_unique<registry::FilesystemMirror>(method.location);
        break;
      case Kind::kNetworkMirror:
        source = std::make_unique<registry::NetworkMirror>(hosts_, method.location);
        break;
    }
    members.push_back({method, std::move(source)});
  }
  return registry::CombinedSource(std::move(members));
}

std::vector<registry::InstallationMethod> MethodsOf(const Environment& environment,
                                                    const registry::CliConfig& cli) {
  return cli.methods ? *cli.methods : registry::ImpliedMethods(environment.folder, LookupIn(environment));
}

std::vector<registry::Platform> ParsePlatforms(const std::vector<std::string>& words,
                                               hcl::Diagnostics& diagnostics) {
  if (words.empty()) return {registry::CurrentPlatform()};
  std::vector<registry::Platform> platforms;
  for (const std::string& word : words) {
    Result<registry::Platform> platform = registry::ParsePlatform(word);
    if (platform) {
      platforms.push_back(*std::move(platform));
    } else {
      diagnostics.AddError(
          "Invalid target platform",
          Format("The string {:?} given in the -platform option is not a valid target platform: {}.\n", word,
                 platform.error().message));
    }
  }
  return platforms;
}

}  // namespace cairn::commands
