#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/flags.h"
#include "commands/init_backend.h"
#include "commands/init_view.h"
#include "commands/installed_providers.h"
#include "commands/modules.h"
#include "commands/provider_failures.h"
#include "commands/provider_sources.h"
#include "commands/run_commands.h"
#include "commands/session.h"
#include "config/checks.h"
#include "config/providers.h"
#include "registry/provider_installer.h"

namespace cairn::commands {
namespace {

constexpr std::string_view kProblems =
    R"(Terraform encountered problems during initialisation, including problems
with the configuration, described below.

The Terraform configuration must be valid before initialization so that
Terraform can determine which modules and providers need to be installed.)";

struct InitFlags {
  bool get = true;
  bool upgrade = false;
  std::string lockfile = {};                  // "readonly": it must not change
  std::vector<std::string> plugin_dirs = {};  // the only places of providers, if there are any
  InitBackendFlags backend = {};
};

// One run of `init`. Its steps return false if something is wrong, which has been said.
class Init {
 public:
  Init(const Environment& environment, Screen& screen, const InitFlags& flags)
      : environment_(environment), screen_(screen), view_(screen), flags_(flags), cli_(environment.cli) {}

  int Run() {
    hcl::Diagnostics of_root;
    const auto root = config::LoadModule(config::DiskFiles(), ".", of_root);
    if (root->files.empty() && of_root.empty()) {
      view_.Say("output_init_empty_message", kEmptyFolder);
      return 0;
    }
    view_.Say("initializing_backend_message", "[reset][bold]Initializing the backend...");
    if (!LoadConfig(root)) return 1;
    if (flags_.upgrade && IsReadOnly()) {
      screen_.ReportError("The -upgrade flag conflicts with -lockfile=readonly.", "");
      return 1;
    }
    if (!InitBackend(environment_, screen_, *root, flags_.backend)) return 1;
    std::optional<registry::ProviderRequirements> of_state = ProvidersOfState(root->backend.has_value());
    if (!of_state) return 1;
    view_.Say("initializing_provider_plugin_message", "[reset][bold]Initializing provider plugins...");
    if (!InstallProviders(*std::move(of_state))) return 1;
    view_.SayDone(screen_.style().in_automation);
    return 0;
  }

 private:
  static constexpr std::string_view kEmptyFolder =
      R"([reset][bold]Terraform initialized in an empty directory![reset]

The directory has no Terraform configuration files. You may begin working
with Terraform immediately by creating Terraform configuration files.)";

  bool Passes(const hcl::Diagnostics& diagnostics) {
    screen_.Report(diagnostics);
    return !diagnostics.has_errors();
  }

  // Installs the modules and reads the whole configuration.
  bool LoadConfig(const std::shared_ptr<const config::Module>& root) {
    hcl::Diagnostics of_modules, of_config;
    if (flags_.get && !root->calls.empty()) {
      if (flags_.upgrade) {
        view_.Say("upgrading_modules_message", "[reset][bold]Upgrading modules...");
      } else {
        view_.Say("initializing_modules_message", "[reset][bold]Initializing modules...");
      }
      InstallModules(
          environment_, cli_, root, flags_.upgrade, [&](const std::string& line) { view_.Log(line); },
          of_modules);
    }
    config_ = config::LoadConfig(config::DiskFiles(), ".",
                                 InstalledModules(environment_.DataFolder(), of_config), of_config);
    config::CheckRequiredVersions(*config_, kTerraformVersion, of_modules);
    if (!Passes(of_modules)) return false;
    if (of_config.has_errors()) screen_.ReportError(std::string(kProblems), "");
    return Passes(of_config);
  }

  // What the state alone names, too, so that it can be destroyed: its configuration may be gone.
  std::optional<registry::ProviderRequirements> ProvidersOfState(bool has_backend) {
    if (has_backend && !flags_.backend.backend) return registry::ProviderRequirements();
    Session session(environment_, screen_, {.lock = false});
    if (!session.OpenState("init")) return std::nullopt;
    hcl::Diagnostics nothing_is_wrong;
    return session.ProvidersInUse(nothing_is_wrong);
  }

  bool InstallProviders(registry::ProviderRequirements of_state) {
    hcl::Diagnostics diagnostics;
    registry::ProviderRequirements required = config::NeededProviders(*config_, diagnostics);
    required.merge(std::move(of_state));
    const registry::Locks before = ReadLocks(diagnostics);
    const AttachedProviders attached = ReadAttachedProviders(environment_, diagnostics);
    if (!Passes(std::exchange(diagnostics, {}))) return false;

    WarnOfOverrides(cli_,
                    "Skip terraform init when using provider development overrides. It is not necessary and "
                    "may error unexpectedly.",
                    diagnostics);
    Registries registries(environment_, cli_);
    registry::CombinedSource source = registries.SourceOf(Methods());
    const SystemClock clock;
    registry::CachingFileHasher hasher = MakeHasher(environment_, clock);
    registry::InstallOptions options{
        .directory = ProvidersFolder(environment_),
        .plugin_cache_directory = cli_.plugin_cache_dir,
        .plugin_cache_may_break_dependency_lock_file = cli_.plugin_cache_may_break_dependency_lock_file,
        .upgrade = flags_.upgrade};
    for (const auto& [address, target] : attached) options.unmanaged.insert(address);
    const registry::InstallResult result =
        registry::InstallProviders(required, before, source, &registries.packages(), hasher, options,
                                   [&](const registry::InstallEvent& event) { view_.Show(event); });
    (void)hasher.Save();  // costs time only
    for (const registry::InstallFailure& failure : result.failures) diagnostics.Add(DiagnosticOf(failure));
    if (diagnostics.has_errors()) return Passes(diagnostics);
    view_.SaySigned();
    return KeepLocks(before, result, std::move(diagnostics));
  }

  bool IsReadOnly() const { return flags_.lockfile == "readonly"; }

  std::vector<registry::InstallationMethod> Methods() const {
    if (flags_.plugin_dirs.empty()) return MethodsOf(environment_, cli_);
    std::vector<registry::InstallationMethod> methods;
    for (const std::string& folder : flags_.plugin_dirs) {
      methods.push_back({.kind = registry::InstallationMethod::Kind::kFilesystemMirror, .location = folder});
    }
    return methods;
  }

  // Says the warnings of before, too.
  bool KeepLocks(const registry::Locks& before, const registry::InstallResult& result,
                 hcl::Diagnostics diagnostics) {
    const registry::Locks& after = result.locks;
    if (registry::LocksDiffer(before, after)) {
      if (IsReadOnly()) {
        diagnostics.AddError(
            "Provider dependency changes detected",
            "Changes to the required provider dependencies were detected, but the lock file is read-only. To "
            "use and record these requirements, run \"terraform init\" without the \"-lockfile=readonly\" "
            "flag.");
        return Passes(diagnostics);
      }
      if (!result.locked_for_this_platform.empty()) {
        diagnostics.Add(IncompleteLocks(result.locked_for_this_platform));
      }
      const Result<> written = registry::WriteLockFile(std::string(kLockFileName), after);
      if (!written) {
        diagnostics.AddError("Failed to write the dependency lock file", written.error().message);
      } else if (before.providers.empty()) {
        view_.Say("lock_info", kNewLockFile);
      } else {
        view_.Say("dependencies_lock_changes_info", kChangedLockFile);
      }
    }
    view_.Space();
    return Passes(diagnostics);
  }

  static constexpr std::string_view kNewLockFile =
      R"(Terraform has created a lock file [bold].terraform.lock.hcl[reset] to record the provider
selections it made above. Include this file in your version control repository
so that Terraform can guarantee to make the same selections by default when
you run "terraform init" in the future.)";
  static constexpr std::string_view kChangedLockFile =
      R"(Terraform has made some changes to the provider dependency selections recorded
in the .terraform.lock.hcl file. Review those changes and commit them to your
version control system if they represent changes you intended to make.)";

  const Environment& environment_;
  Screen& screen_;
  InitView view_;
  const InitFlags& flags_;
  const registry::CliConfig& cli_;
  std::unique_ptr<const config::Config> config_;
};

}  // namespace

int RunInit(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  bool json = false;
  InitFlags flags;
  InitBackendFlags& backend = flags.backend;
  const auto add = [&](Flags& known) {
    known.Add("upgrade", flags.upgrade, "choose the newest versions that fit, and fetch modules again");
    known.Add("get", flags.get, "install modules (true)");
    known.Add("lockfile", flags.lockfile, "\"readonly\": fail where the lock file would change");
    known.Add("plugin-dir", flags.plugin_dirs, "a folder of providers, instead of all other places");
    known.Add("json", json, "say what is done as lines of JSON");
    known.Add("backend", backend.backend, "set up where the state is kept (true)");
    known.Add("backend-config", backend.config,
              "name=value, or a file of such arguments, for the backend block");
    known.Add("reconfigure", backend.reconfigure, "forget the backend of before, and copy no state");
    known.Add("migrate-state", backend.migrate, "copy states from the backend of before");
    known.Add("force-copy", backend.force_copy, "the same, without asking");
    known.Add("input", backend.input, "ask before states are copied (true)");
  };
  if (!ParsePlain(screen, words, "init", code, add)) return code;
  const bool asked_to_migrate = backend.migrate;
  backend.migrate |= backend.force_copy;
  if (json) screen.BeginJson();
  if (json || environment.ForbidsInput()) backend.input = false;
  if (json && asked_to_migrate) {
    screen.ReportError("The -migrate-state and -json options are mutually-exclusive",
                       "Terraform cannot ask for interactive approval when -json is set. To use the "
                       "-migrate-state option, disable the -json option.");
    return 1;
  }
  if (backend.migrate && backend.reconfigure) {
    return ReportUsage(screen, "init", "Invalid init options",
                       "The -migrate-state and -reconfigure options are mutually-exclusive.");
  }
  return Init(environment, screen, flags).Run();
}

}  // namespace cairn::commands
