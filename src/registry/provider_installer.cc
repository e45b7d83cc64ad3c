#include "registry/provider_installer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "registry/scratch_directory.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;
using Stage = InstallFailure::Stage;
using EventKind = InstallEvent::Kind;

constexpr std::string_view kMoreOnChecksums =
    "for more information: "
    "https://developer.hashicorp.com/terraform/language/files/dependency-lock#checksum-verification";

// Puts a link to the directory `target` at `path`, instead of what is there.
Result<> LinkTo(const std::string& target, const std::string& path) {
  std::error_code error;
  const std::string absolute = fs::absolute(target, error).lexically_normal().string();
  if (error || !fs::is_directory(absolute, error)) return Fail(ErrorCode::kNotFound, "cannot find " + target);
  if (const Result<> made = MakeParent(path); !made) return made;
  if (fs::equivalent(path, absolute, error) && !fs::is_symlink(path)) {
    return Fail(ErrorCode::kInvalid, Format("cannot install existing provider directory {} to itself", path));
  }
  fs::remove_all(path, error);
  if (error) return FailErrno(error.value(), "cannot remove " + path);
  if (::symlink(absolute.c_str(), path.c_str()) == 0) return {};
  const int number = errno;  // some file systems have no links
  fs::copy(absolute, path, fs::copy_options::recursive, error);
  if (error) return FailErrno(number, Format("cannot link {} to {}", path, absolute));
  return {};
}

bool HasScheme(const std::vector<std::string>& hashes, bool of_zips_only) {
  return std::ranges::any_of(
      hashes, [&](const std::string& hash) { return hash.starts_with("zh:") == of_zips_only; });
}

class Installer {
 public:
  Installer(ProviderSource& source, PackageFetcher* fetcher, FileHasher& hasher,
            const InstallOptions& options, const std::function<void(const InstallEvent&)>& observe,
            InstallResult& result)
      : source_(source),
        fetcher_(fetcher),
        hasher_(hasher),
        options_(options),
        observe_(observe),
        result_(result) {}

  void Install(const ProviderAddress& provider, const VersionConstraints& constraints,
               const ProviderLock* lock) {
    if (provider.IsBuiltIn()) {
      CheckBuiltIn(provider, constraints);
      return;
    }
    if (lock != nullptr) result_.locks.providers[provider] = *lock;
    if (options_.unmanaged.contains(provider)) return;
    if (provider.IsLegacy()) {
      FailProvider(
          Stage::kLegacy, provider, {},
          Format("This configuration or its associated state refers to the unqualified provider \"{}\".",
                 provider.type));
      return;
    }
    const ProviderLock* kept = options_.upgrade ? nullptr : lock;
    const std::optional<Version> version = Choose(provider, constraints, kept);
    if (!version) return;
    const bool same_version = lock != nullptr && lock->version == *version;
    Place(provider, *version, constraints, same_version ? lock : nullptr);
  }

 private:
  void Observe(InstallEvent event) {
    if (observe_) observe_(event);
  }

  void FailProvider(Stage stage, const ProviderAddress& provider, const Version& version, std::string message,
                    bool not_found = false) {
    result_.failures.push_back({stage, provider, version, std::move(message), not_found,
                                not_found ? source_.Describe(provider) : ""});
    Observe({.kind = EventKind::kFailed, .provider = provider, .version = version});
  }

  void CheckBuiltIn(const ProviderAddress& provider, const VersionConstraints& constraints) {
    if (!options_.built_in.contains(provider.type)) {
      FailProvider(Stage::kBuiltIn, provider, {},
                   Format("this Terraform release has no built-in provider named \"{}\"", provider.type));
    } else if (!constraints.empty()) {
      FailProvider(Stage::kBuiltIn, provider, {},
                   "built-in providers do not support explicit version constraints");
    } else {
      Observe({.kind = EventKind::kBuiltIn, .provider = provider});
    }
  }

  std::optional<Version> Choose(const ProviderAddress& provider, const VersionConstraints& constraints,
                                const ProviderLock* lock) {
    Observe({.kind = lock != nullptr ? EventKind::kReusing : EventKind::kFinding,
             .provider = provider,
             .constraints = constraints});
    const auto failed = [&](std::string message, bool not_found = false) {
      FailProvider(Stage::kQuery, provider, {}, std::move(message), not_found);
      return std::nullopt;
    };
    if (lock != nullptr && !Satisfies(lock->version, constraints)) {
      return failed(Format(
          "locked provider {} {} does not match configured version constraint {}; must use terraform init "
          "-upgrade to allow selection of new versions",
          ToString(provider), ToString(lock->version), ToString(constraints)));
    }
    Result<std::vector<Version>> available = source_.AvailableVersions(provider);
    if (!available) return failed(available.error().message, available.error().code == ErrorCode::kNotFound);
    std::ranges::sort(*available, ListedBefore);
    for (size_t i = available->size(); i-- > 0;) {
      const Version& version = (*available)[i];
      if (lock != nullptr ? version == lock->version : Satisfies(version, constraints)) return version;
    }
    if (lock != nullptr) {
      return failed(
          Format("the previously-selected version {} is no longer available", ToString(lock->version)));
    }
    return failed(Format("no available releases match the given constraints {}", ToString(constraints)));
  }

  // `lock` has the hashes that this version may have, or is null.
  void Place(const ProviderAddress& provider, const Version& version, const VersionConstraints& constraints,
             const ProviderLock* lock) {
    const std::string target = PackagePath(options_.directory, provider, version, options_.platform);
    if (lock != nullptr && HasKnownHash(target, lock->hashes)) {
      Observe({.kind = EventKind::kAlreadyInstalled, .provider = provider, .version = version});
      return;
    }
    const std::string& cache = options_.plugin_cache_directory;
    const std::string cached = cache.empty() ? "" : PackagePath(cache, provider, version, options_.platform);
    std::vector<std::string> hashes = lock != nullptr ? lock->hashes : std::vector<std::string>();
    bool is_vouched_for = HasScheme(hashes, true);
    if (!cached.empty() && MayUseCache(cached, hashes)) {
      if (const Result<> linked = LinkTo(cached, target); !linked) {
        FailProvider(Stage::kInstall, provider, version, linked.error().message);
        return;
      }
      Observe({.kind = EventKind::kInCache, .provider = provider, .version = version});
    } else {
      const Result<PackageLocation> location = source_.Find(provider, version, options_.platform);
      if (location || location.error().code == ErrorCode::kDenied) {  // which it was while it was fetched
        Observe({.kind = EventKind::kInstalling, .provider = provider, .version = version});
      }
      const std::vector<std::string> known = options_.accept_new_hashes ? std::vector<std::string>() : hashes;
      const Result<> installed =
          location ? InstallPackage(*location, provider, version, known, cached.empty() ? target : cached)
                   : std::unexpected(location.error());
      const Result<> linked = !installed || cached.empty() ? installed : LinkTo(cached, target);
      if (!linked) {
        FailProvider(Stage::kInstall, provider, version, linked.error().message);
        return;
      }
      is_vouched_for = is_vouched_for || !location->to_lock.empty();
      hashes.insert(hashes.end(), location->to_lock.begin(), location->to_lock.end());
      Observe({.kind = EventKind::kInstalled,
               .provider = provider,
               .version = version,
               .signer = location->signer});
    }
    Finish(provider, version, constraints, target, std::move(hashes));
    if (!is_vouched_for && lock == nullptr) result_.locked_for_this_platform.push_back(provider);
  }

  void Finish(const ProviderAddress& provider, const Version& version, const VersionConstraints& constraints,
              const std::string& target, std::vector<std::string> hashes) {
    const Result<std::string> hash = HashDirectory(target, hasher_);
    const Result<std::string> program = FindProgram(target, provider);
    if (!hash || !program) {
      const std::string why = !program ? program.error().message : hash.error().message;
      FailProvider(Stage::kInstall, provider, version, "provider binary not found: " + why);
      return;
    }
    hashes.push_back(*hash);
    std::ranges::sort(hashes);
    const auto duplicates = std::ranges::unique(hashes);
    hashes.erase(duplicates.begin(), duplicates.end());
    result_.locks.providers[provider] = {version, constraints, std::move(hashes)};
  }

  bool HasKnownHash(const std::string& package, const std::vector<std::string>& hashes) {
    std::error_code error;
    if (!fs::is_directory(package, error)) return false;
    return MatchesAnyHash(package, PackageForm::kUnpacked, hashes, hasher_).value_or(false);
  }

  bool MayUseCache(const std::string& cached, const std::vector<std::string>& hashes) {
    std::error_code error;
    if (!fs::is_directory(cached, error)) return false;
    return HasKnownHash(cached, hashes) ||
           (hashes.empty() && options_.plugin_cache_may_break_dependency_lock_file);
  }

  Result<> InstallPackage(const PackageLocation& location, const ProviderAddress& provider,
                          const Version& version, const std::vector<std::string>& hashes,
                          const std::string& target) {
    const std::string name = ToString(provider) + " " + ToString(version);
    if (location.kind == PackageLocation::Kind::kDirectory) {
      if (HasScheme(hashes, false) && !HasKnownHash(location.where, hashes)) {
        return Fail(
            ErrorCode::kInvalid,
            Format("the local package for {} doesn't match any of the checksums previously recorded in the "
                   "dependency lock file (this might be because the available checksums are for packages "
                   "targeting different platforms); {}",
                   name, kMoreOnChecksums));
      }
      return LinkTo(location.where, target);
    }
    const Result<ScratchDirectory> scratch = ScratchDirectory::Beside(target);
    if (!scratch) return std::unexpected(scratch.error());
    std::string zip = location.where;
    if (location.kind == PackageLocation::Kind::kUrl) {
      if (fetcher_ == nullptr) return Fail(ErrorCode::kInvalid, "there is no way to reach " + location.where);
      zip = scratch->path() + "/package.zip";
      if (const Result<> fetched = fetcher_->Fetch(location.where, zip); !fetched) return fetched;
      if (const Result<> checked = CheckZip(zip, location.acceptable, name, false); !checked) return checked;
    }
    if (const Result<> checked = CheckZip(zip, hashes, name, true); !checked) return checked;
    return Unpack(zip, scratch->path() + "/package", target);
  }

  Result<> CheckZip(const std::string& zip, const std::vector<std::string>& hashes, const std::string& name,
                    bool from_lock_file) {
    if (hashes.empty()) return {};
    const Result<bool> matches = MatchesAnyHash(zip, PackageForm::kZip, hashes, hasher_);
    if (!matches) {
      return Fail(matches.error().code, Format("failed to calculate checksum for {} package at {}: {}", name,
                                               zip, matches.error().message));
    }
    if (*matches) return {};
    return Fail(
        ErrorCode::kInvalid,
        from_lock_file
            ? Format(
                  "the current package for {} doesn't match any of the checksums previously recorded in the "
                  "dependency lock file; {}",
                  name, kMoreOnChecksums)
            : "checksum list has unexpected SHA-256 hash for " + name);
  }

  // By way of `scratch`, so that `target` is there whole or not at all.
  Result<> Unpack(const std::string& zip, const std::string& scratch, const std::string& target) {
    std::error_code error;
    fs::create_directory(scratch, error);
    if (error) return FailErrno(error.value(), "cannot create " + scratch);
    if (const Result<> unpacked = UnpackArchive(zip, ArchiveKind::kZip, scratch, options_.limits);
        !unpacked) {
      return unpacked;
    }
    if (fs::is_empty(scratch, error)) return Fail(ErrorCode::kInvalid, "empty archive: " + zip);
    fs::remove_all(target, error);
    fs::rename(scratch, target, error);
    if (error) return FailErrno(error.value(), "cannot move the package to " + target);
    return {};
  }

  ProviderSource& source_;
  PackageFetcher* fetcher_;
  FileHasher& hasher_;
  const InstallOptions& options_;
  const std::function<void(const InstallEvent&)>& observe_;
  InstallResult& result_;
};

}  // namespace

InstallResult InstallProviders(const ProviderRequirements& requirements, const Locks& locks,
                               ProviderSource& source, PackageFetcher* fetcher, FileHasher& hasher,
                               const InstallOptions& options,
                               const std::function<void(const InstallEvent&)>& observe) {
  InstallResult result;
  Installer installer(source, fetcher, hasher, options, observe, result);
  for (const auto& [provider, constraints] : requirements) {
    installer.Install(provider, constraints, locks.Find(provider));
  }
  return result;
}

bool LocksDiffer(const Locks& before, const Locks& after) {
  return !std::ranges::equal(before.providers, after.providers, [](const auto& a, const auto& b) {
    std::vector<std::string> a_hashes = a.second.hashes;
    std::vector<std::string> b_hashes = b.second.hashes;
    std::ranges::sort(a_hashes);
    std::ranges::sort(b_hashes);
    return a.first == b.first && a.second.version == b.second.version && a_hashes == b_hashes;
  });
}

Result<std::string> FindProgram(const std::string& package, const ProviderAddress& provider) {
  const std::string prefix = "terraform-provider-" + provider.type;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(package, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(prefix) || it->is_directory(error)) continue;
    const std::string_view rest = std::string_view(name).substr(prefix.size());
    if (rest.empty() || rest[0] == '_' || rest[0] == '.') names.push_back(name);
  }
  if (error) return FailErrno(error.value(), "could not read package directory");
  if (names.empty()) {
    return Fail(ErrorCode::kNotFound, "could not find executable file starting with " + prefix);
  }
  return package + "/" + *std::ranges::min_element(names);
}

std::map<ProviderAddress, std::string> CheckSelections(const ProviderRequirements& requirements,
                                                       const Locks& locks) {
  std::map<ProviderAddress, std::string> problems;
  for (const auto& [provider, constraints] : requirements) {
    const ProviderLock* lock = locks.Find(provider);
    if (lock == nullptr) {
      problems[provider] = "required by this configuration but no version is selected";
    } else if (!Satisfies(lock->version, constraints)) {
      problems[provider] =
          Format("locked version selection {} doesn't match the updated version constraints \"{}\"",
                 ToString(lock->version), ToString(constraints));
    }
  }
  return problems;
}

std::map<ProviderAddress, std::string> VerifyInstalled(const ProviderRequirements& requirements,
                                                       const Locks& locks, FileHasher& hasher,
                                                       const InstallOptions& options) {
  std::map<ProviderAddress, std::string> problems;
  for (const auto& [provider, constraints] : requirements) {
    const ProviderLock& lock = *locks.Find(provider);
    const std::string package = PackagePath(options.directory, provider, lock.version, options.platform);
    const std::string name = ToString(provider) + " " + ToString(lock.version);
    std::error_code error;
    if (!fs::is_directory(package, error)) {
      problems[provider] = Format("there is no package for {} cached in {}", name, options.directory);
    } else if (HasScheme(lock.hashes, false) &&
               !MatchesAnyHash(package, PackageForm::kUnpacked, lock.hashes, hasher).value_or(false)) {
      problems[provider] = Format(
          "the cached package for {} (in {}) does not match any of the checksums recorded in the dependency "
          "lock file",
          name, options.directory);
    }
  }
  return problems;
}

}  // namespace cairn::registry
