#include "commands/installed_providers.h"

#include <set>
#include <utility>

#include "base/strings.h"

namespace cairn::commands {
namespace {

std::string PackageFolder(const std::string& folder, const registry::ProviderAddress& address,
                          const registry::ProviderLock& lock) {
  return registry::PackagePath(folder, address, lock.version, registry::CurrentPlatform());
}

// Of the user; empty: none.
std::string CacheFolder(const Environment& environment) {
  return registry::DefaultCacheFolder(environment.Get("XDG_CACHE_HOME"), environment.Get("HOME"));
}

}  // namespace

registry::Locks ReadLocks(hcl::Diagnostics& diagnostics) {
  auto read = registry::ReadLockFile(std::string(kLockFileName));
  if (!read) {
    diagnostics.AddError("Failed to read the dependency lock file", read.error().message);
    return {};
  }
  diagnostics.Append(std::move(read->diagnostics));
  return std::move(read->locks);
}

std::string ProvidersFolder(const Environment& environment) {
  return environment.DataFolder() + "/providers";
}

registry::CachingFileHasher MakeHasher(const Environment& environment, const Clock& clock) {
  const std::string cache = CacheFolder(environment);
  return {{.path = cache.empty() ? "" : cache + "/hashes"}, clock};
}

AttachedProviders ReadAttachedProviders(const Environment& environment, hcl::Diagnostics& diagnostics) {
  constexpr std::string_view kInvalid = "Invalid format for TF_REATTACH_PROVIDERS";
  AttachedProviders attached;
  const auto targets = provider::ParseReattach(environment.Get("TF_REATTACH_PROVIDERS"));
  if (!targets) {
    diagnostics.AddError(std::string(kInvalid), targets.error().message);
    return attached;
  }
  for (const auto& [name, target] : *targets) {
    const auto address = registry::ParseProviderAddress(name);
    if (address) attached.emplace(*address, target);
    if (!address) diagnostics.AddError(std::string(kInvalid), address.error().detail);
  }
  return attached;
}

InstalledProviders::InstalledProviders(const Environment& environment, net::Loop& loop,
                                       provider::RandomBytes random)
    : environment_(environment),
      loop_(loop),
      random_(std::move(random)),
      remote_states_(environment, loop),
      log_(environment) {}

void InstalledProviders::Check(const registry::ProviderRequirements& required,
                               hcl::Diagnostics& diagnostics) {
  if (!log_.problem().empty()) diagnostics.AddError("TF_LOG_PATH cannot be used", log_.problem());
  attached_ = ReadAttachedProviders(environment_, diagnostics);
  registry::ProviderRequirements installed;
  for (const auto& [address, constraints] : required) {
    if (address.IsBuiltIn() || attached_.contains(address)) continue;
    if (!environment_.cli.dev_overrides.contains(address)) installed.emplace(address, constraints);
  }
  if (installed.empty()) return;
  hcl::Diagnostics of_locks;
  locks_ = ReadLocks(of_locks);
  const bool read = !of_locks.has_errors();
  diagnostics.Append(std::move(of_locks));
  if (!read) return;
  CheckSelections(installed, diagnostics);
  if (!diagnostics.has_errors()) CheckPackages(installed, diagnostics);
}

void InstalledProviders::CheckSelections(const registry::ProviderRequirements& required,
                                         hcl::Diagnostics& diagnostics) {
  std::string problems;
  for (const auto& [address, message] : registry::CheckSelections(required, locks_)) {
    problems += Format("\n  - provider {}: {}", registry::ToString(address), message);
  }
  if (problems.empty()) return;
  diagnostics.AddError(
      "Inconsistent dependency lock file",
      Format(
          "The following dependency selections recorded in the lock file are inconsistent with the current "
          "configuration:{}\n\n{}",
          problems,
          locks_.providers.empty()
              ? "To make the initial dependency selections that will initialize the dependency lock file, "
                "run:\n  terraform init"
              : "To update the locked dependency selections to match a changed configuration, run:\n  "
                "terraform init -upgrade"));
}

void InstalledProviders::CheckPackages(const registry::ProviderRequirements& required,
                                       hcl::Diagnostics& diagnostics) {
  registry::CachingFileHasher hasher = MakeHasher(environment_, loop_.clock());
  std::string problems;
  for (const auto& [address, message] :
       registry::VerifyInstalled(required, locks_, hasher, {.directory = ProvidersFolder(environment_)})) {
    problems += Format("\n  - {}: {}", registry::ToString(address), message);
  }
  if (!problems.empty()) {
    diagnostics.AddError(
        "Required plugins are not installed",
        Format("The installed provider plugins are not consistent with the packages selected in the "
               "dependency lock file:{}\n\nTerraform uses external plugins to integrate with a variety of "
               "different infrastructure services. To download the plugins required for this configuration, "
               "run:\n  terraform init",
               problems));
  } else {
    for (const auto& [address, constraints] : required) {
      const auto hash = registry::HashDirectory(
          PackageFolder(ProvidersFolder(environment_), address, *locks_.Find(address)), hasher);
      if (hash) hashes_[address] = *hash;
    }
  }
  (void)hasher.Save();  // costs time only
}

Result<std::string> InstalledProviders::FolderOf(const registry::ProviderAddress& address) const {
  const auto& overrides = environment_.cli.dev_overrides;
  if (const auto found = overrides.find(address); found != overrides.end()) return found->second;
  const registry::ProviderLock* lock = locks_.Find(address);
  if (lock == nullptr) return Fail(ErrorCode::kNotFound, "no version of it is selected");
  return PackageFolder(ProvidersFolder(environment_), address, *lock);
}

net::Task<Result<std::unique_ptr<provider::Provider>>> InstalledProviders::Start(
    net::Loop& loop, const std::string& provider) {
  const auto address = registry::ParseProviderAddress(provider);
  if (!address) co_return Fail(ErrorCode::kInvalid, address.error().detail);
  if (address->IsBuiltIn()) {
    if (address->type != "terraform")
      co_return Fail(ErrorCode::kNotFound, "there is no such built-in provider");
    std::unique_ptr<provider::Provider> builtin = provider::MakeBuiltinProvider(random_, remote_states_);
    co_return builtin;
  }
  provider::PluginOptions options{.name = provider};
  if (const auto attached = attached_.find(*address); attached != attached_.end()) {
    provider::ReattachTarget target = attached->second;
    co_return co_await provider::AttachPlugin(loop, std::move(target), std::move(options));
  }
  const Result<std::string> folder = FolderOf(*address);
  if (!folder) co_return std::unexpected(folder.error());
  Result<std::string> program = registry::FindProgram(*folder, *address);
  if (!program) co_return std::unexpected(program.error());
  options.program = std::move(*program);
  if (const auto hash = hashes_.find(*address); hash != hashes_.end()) options.package_hash = hash->second;
  if (const std::string cache = CacheFolder(environment_); !cache.empty()) {
    options.schema_cache_directory = cache + "/schemas";
  }
  log_.Enable(options);
  co_return co_await provider::StartPlugin(loop, std::move(options));
}

}  // namespace cairn::commands
