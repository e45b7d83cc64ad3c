#include <utility>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/flags.h"
#include "commands/init_backend.h"
#include "commands/installed_providers.h"
#include "commands/run_commands.h"
#include "config/checks.h"
#include "config/providers.h"
#include "registry/cli_config.h"
#include "registry/provider_installer.h"

namespace cairn::commands {
namespace {

registry::ProviderRequirements RequirementsOf(const config::Config& root, hcl::Diagnostics& diagnostics) {
  registry::ProviderRequirements required;
  for (auto& [address, need] : config::NeededProviders(root, diagnostics)) {
    required[address] = std::move(need.constraints);
  }
  return required;
}

registry::CombinedSource SourceOf(const registry::CliConfig& config, const Environment& environment) {
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    std::string value = environment.Get(name);
    return value.empty() ? std::nullopt : std::optional(std::move(value));
  };
  std::vector<registry::CombinedSource::Member> members;
  for (const registry::InstallationMethod& method :
       config.methods ? *config.methods : registry::ImpliedMethods(environment.folder, lookup)) {
    if (method.kind != registry::InstallationMethod::Kind::kFilesystemMirror) continue;
    members.push_back({method, std::make_unique<registry::FilesystemMirror>(method.location)});
  }
  return registry::CombinedSource(std::move(members));
}

std::string Line(const registry::InstallEvent& event) {
  using Kind = registry::InstallEvent::Kind;
  const std::string provider = registry::ForDisplay(event.provider);
  const std::string version = ToString(event.version);
  switch (event.kind) {
    case Kind::kBuiltIn:
      return Format("- {} is built in\n", registry::ToString(event.provider));
    case Kind::kReusing:
      return Format("- Reusing previous version of {} from the dependency lock file\n", provider);
    case Kind::kFinding:
      return event.constraints.empty()
                 ? Format("- Finding latest version of {}...\n", provider)
                 : Format("- Finding {} versions matching {:?}...\n", provider, ToString(event.constraints));
    case Kind::kAlreadyInstalled:
      return Format("- Using previously-installed {} v{}\n", provider, version);
    case Kind::kInCache:
      return Format("- Using {} v{} from the shared cache directory\n", provider, version);
    case Kind::kInstalling:
      return Format("- Installing {} v{}...\n", provider, version);
    case Kind::kInstalled:
      return Format("- Installed {} v{} ({})\n", provider, version,
                    event.signer.empty() ? "unauthenticated" : event.signer);
    case Kind::kFailed:
      return {};
  }
  return {};
}

}  // namespace

int RunInit(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool upgrade = false;
  InitBackendFlags backend;
  const auto add = [&](Flags& flags) {
    flags.Add("upgrade", upgrade, "choose the newest versions that fit");
    flags.Add("backend", backend.backend, "set up where the state is kept (true)");
    flags.Add("backend-config", backend.config,
              "name=value, or a file of such arguments, for the backend block");
    flags.Add("reconfigure", backend.reconfigure, "forget the backend of before, and copy no state");
    flags.Add("migrate-state", backend.migrate, "copy states from the backend of before");
    flags.Add("force-copy", backend.force_copy, "the same, without asking");
    flags.Add("input", backend.input, "ask before states are copied (true)");
  };
  if (!ParsePlain(screen, words, "init", code, add)) return code;
  backend.migrate |= backend.force_copy;
  if (backend.migrate && backend.reconfigure) {
    return ReportUsage(screen, "init", "Invalid init options",
                       "The -migrate-state and -reconfigure options are mutually-exclusive.");
  }
  hcl::Diagnostics diagnostics;
  const auto config = config::LoadConfig(config::DiskFiles(), ".", config::ResolveLocalModule, diagnostics);
  config::CheckRequiredVersions(*config, kTerraformVersion, diagnostics);
  const registry::ProviderRequirements required = RequirementsOf(*config, diagnostics);
  registry::CliConfigRead cli =
      registry::LoadCliConfig({.environment = [&](std::string_view name) -> std::optional<std::string> {
                                 std::string value = environment.Get(name);
                                 return value.empty() ? std::nullopt : std::optional(std::move(value));
                               },
                               .variables = environment.variables});
  diagnostics.Append(std::move(cli.diagnostics));
  const auto before = registry::ReadLockFile(std::string(kLockFileName));
  if (!before) diagnostics.AddError("Failed to read the dependency lock file", before.error().message);
  if (before) diagnostics.Append(before->diagnostics);
  const AttachedProviders attached = ReadAttachedProviders(environment, diagnostics);
  screen.Report(diagnostics);
  if (diagnostics.has_errors()) return 1;

  screen.Print("\nInitializing the backend...\n");
  if (!InitBackend(environment, screen, *config->module, backend)) return 1;
  screen.Print("\nInitializing provider plugins...\n");
  registry::CombinedSource source = SourceOf(cli.config, environment);
  registry::PlainFileHasher hasher;
  registry::InstallOptions options{.directory = ProvidersFolder(environment),
                                   .plugin_cache_directory = cli.config.plugin_cache_dir,
                                   .upgrade = upgrade};
  for (const auto& [address, target] : attached) options.unmanaged.insert(address);
  const registry::InstallResult result =
      registry::InstallProviders(required, before->locks, source, nullptr, hasher, options,
                                 [&](const registry::InstallEvent& event) { screen.Print(Line(event)); });
  for (const registry::InstallFailure& failure : result.failures) {
    screen.ReportError("Failed to install provider",
                       Format("{}: {}", registry::ForDisplay(failure.provider), failure.message));
  }
  if (!result.failures.empty()) return 1;
  if (registry::LocksDiffer(before->locks, result.locks)) {
    const Result<> written = registry::WriteLockFile(std::string(kLockFileName), result.locks);
    if (!written) {
      screen.ReportError("Failed to write the dependency lock file", written.error().message);
      return 1;
    }
  }
  screen.Print(view::Colours(screen.style().colour)(
      "\n[reset][bold][green]Terraform has been successfully initialized![reset]\n"));
  return 0;
}

}  // namespace cairn::commands
