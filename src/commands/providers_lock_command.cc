#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/installed_providers.h"
#include "commands/provider_sources.h"
#include "commands/run_commands.h"
#include "config/providers.h"
#include "registry/provider_installer.h"
#include "registry/scratch_directory.h"
#include "view/colour.h"

namespace cairn::commands {
namespace {

struct LockFlags {
  std::vector<std::string> platforms = {};
  std::string folder = {};  // of a mirror
  std::string url = {};     // of a mirror
  bool use_cache = false;
};

std::vector<registry::InstallationMethod> MethodOf(const LockFlags& flags) {
  using Kind = registry::InstallationMethod::Kind;
  if (!flags.folder.empty()) return {{.kind = Kind::kFilesystemMirror, .location = flags.folder}};
  if (!flags.url.empty()) return {{.kind = Kind::kNetworkMirror, .location = flags.url}};
  return {{.kind = Kind::kDirect}};
}

// What is to be locked: those of `arguments`, or else all that the configuration needs.
registry::ProviderRequirements Required(const config::Config& config,
                                        const std::vector<std::string>& arguments,
                                        hcl::Diagnostics& diagnostics) {
  registry::ProviderRequirements all = config::NeededProviders(config, diagnostics);
  registry::ProviderRequirements chosen;
  for (const std::string& argument : arguments) {
    const auto address = registry::ParseProviderAddress(argument);
    if (!address) {
      diagnostics.AddError(address.error().summary, address.error().detail);
    } else if (const auto found = all.find(*address); found != all.end()) {
      chosen.insert(*found);
    } else {
      diagnostics.AddError("Invalid provider argument",
                           Format("The provider {} is not required by the current configuration.\n",
                                  registry::ToString(*address)));
    }
  }
  if (arguments.empty()) chosen = std::move(all);
  std::erase_if(chosen, [](const auto& one) { return one.first.IsBuiltIn(); });
  return chosen;
}

// Installs into a folder that goes away again; what remains is the locks.
class Locker {
 public:
  Locker(Screen& screen, const registry::ProviderRequirements& required, const registry::Locks& before)
      : screen_(screen), required_(required), before_(before), after_(before) {}

  Result<> Fetch(registry::ProviderSource& source, registry::PackageFetcher& fetcher,
                 const registry::Platform& platform, const std::string& cache) {
    const auto scratch = registry::ScratchDirectory::Beside(
        (std::filesystem::temp_directory_path() / "cairn-providers-lock").string());
    if (!scratch) return std::unexpected(scratch.error());
    registry::PlainFileHasher hasher;
    const registry::InstallOptions options{.directory = scratch->path(),
                                           .plugin_cache_directory = cache,
                                           .accept_new_hashes = true,
                                           .platform = platform};
    registry::InstallResult result = registry::InstallProviders(
        required_, before_, source, &fetcher, hasher, options,
        [&](const registry::InstallEvent& event) { Show(event, registry::ToString(platform)); });
    if (result.failures.empty()) {
      fetched_.emplace_back(platform, std::move(result.locks));
      return {};
    }
    std::string message = "some providers could not be installed:";
    for (const registry::InstallFailure& failure : result.failures) {
      message += Format("\n- {}: {}", registry::ToString(failure.provider), failure.message);
    }
    return Fail(ErrorCode::kUnavailable, message);
  }

  // All that was fetched together with what was there before; says what is new.
  const registry::Locks& Merge() {
    for (const auto& [platform, locks] : fetched_) {
      for (const auto& [provider, lock] : locks.providers) {
        screen_.PrintLine(Format("- Obtained {} checksums for {}; {}", registry::ForDisplay(provider),
                                 registry::ToString(platform), Change(before_.Find(provider), lock)));
        registry::ProviderLock& merged = after_.providers[provider];
        merged.version = lock.version;
        merged.constraints = lock.constraints;
        merged.hashes.insert(merged.hashes.end(), lock.hashes.begin(), lock.hashes.end());
      }
    }
    return after_;
  }

  bool changed() const { return changed_; }

 private:
  void Show(const registry::InstallEvent& event, const std::string& platform) {
    using Kind = registry::InstallEvent::Kind;
    const std::string what =
        Format("{} {} for {}", registry::ForDisplay(event.provider), ToString(event.version), platform);
    if (event.kind == Kind::kInstalling) screen_.PrintLine(Format("- Fetching {}...", what));
    if (event.kind != Kind::kInstalled) return;
    const view::Colours colours(screen_.style().colour);
    screen_.PrintLine(
        Format("- Retrieved {} ({})", what,
               event.signer.empty()
                   ? "unauthenticated"
                   : "self-signed" + colours(Format(", key ID [reset][bold]{}[reset]", event.signer))));
  }

  std::string_view Change(const registry::ProviderLock* before, const registry::ProviderLock& now) {
    const bool is_known = before != nullptr && std::ranges::all_of(now.hashes, [&](const std::string& hash) {
                            return std::ranges::find(before->hashes, hash) != before->hashes.end();
                          });
    changed_ = changed_ || !is_known;
    if (before == nullptr)
      return "This was a new provider and the checksums for this platform are now tracked in the lock file";
    return is_known ? "All checksums for this platform were already tracked in the lock file"
                    : "Additional checksums for this platform are now tracked in the lock file";
  }

  Screen& screen_;
  const registry::ProviderRequirements& required_;
  const registry::Locks& before_;
  registry::Locks after_;
  std::vector<std::pair<registry::Platform, registry::Locks>> fetched_;
  bool changed_ = false;
};

int Lock(const Environment& environment, Screen& screen, const LockFlags& flags,
         const std::vector<std::string>& arguments) {
  const registry::CliConfig& cli = environment.cli;
  if (!flags.folder.empty() && !flags.url.empty()) {
    screen.ReportError("Invalid installation method options",
                       "The -fs-mirror and -net-mirror command line options are mutually-exclusive.\n");
    return 1;
  }
  if (!flags.url.empty() && !flags.url.starts_with("https://")) {
    screen.ReportError("Invalid network mirror URL",
                       "The -net-mirror option requires a valid https: URL as the mirror base URL.\n");
    return 1;
  }
  hcl::Diagnostics diagnostics;
  const std::vector<registry::Platform> platforms = ParsePlatforms(flags.platforms, diagnostics);
  Session session(environment, screen, {.lock = false, .may_be_empty = true, .input = false});
  if (!session.LoadConfig()) return 1;
  const registry::ProviderRequirements required = Required(session.config(), arguments, diagnostics);
  const registry::Locks before = ReadLocks(diagnostics);
  screen.Report(diagnostics);
  if (diagnostics.has_errors()) return 1;

  Registries registries(environment, cli);
  registry::CombinedSource source = registries.SourceOf(MethodOf(flags));
  Locker locker(screen, required, before);
  for (const registry::Platform& platform : platforms) {
    const Result<> fetched = locker.Fetch(source, registries.packages(), platform,
                                          flags.use_cache ? cli.plugin_cache_dir : std::string());
    if (fetched) continue;
    screen.ReportError(
        "Could not retrieve providers for locking",
        Format("Terraform failed to fetch the requested providers for {} in order to calculate their "
               "checksums: {}.\n",
               registry::ToString(platform), fetched.error().message));
    return 1;
  }
  const Result<> written = registry::WriteLockFile(std::string(kLockFileName), locker.Merge());
  if (!written) {
    screen.ReportError("Failed to write the dependency lock file", written.error().message);
    return 1;
  }
  const view::Colours colours(screen.style().colour);
  screen.Print(colours(Format(
      "\n[bold][green]Success![reset] [bold]Terraform has {}.[reset]\n",
      locker.changed() ? "updated the lock file" : "validated the lock file and found no need for changes")));
  if (locker.changed()) {
    screen.Print(
        "\nReview the changes in .terraform.lock.hcl and then commit to your\nversion control system to "
        "retain the new checksums.\n\n");
  }
  return 0;
}

}  // namespace

int RunProvidersLock(const Environment& environment, Screen& screen, const std::vector<std::string>& words) {
  int code = 0;
  LockFlags flags;
  std::vector<std::string> arguments;
  const auto add = [&](Flags& known) {
    known.Add("platform", flags.platforms, "OS_ARCH to lock packages of, any number of times (this one)");
    known.Add("fs-mirror", flags.folder, "a mirror's folder, instead of the providers' own registries");
    known.Add("net-mirror", flags.url, "a mirror's URL, the same");
    known.Add("enable-plugin-cache", flags.use_cache, "take packages from the plugin cache");
  };
  if (!ParsePlain(screen, words, "providers lock [PROVIDER...]", code, add, &arguments)) return code;
  return Lock(environment, screen, flags, arguments);
}

}  // namespace cairn::commands
