#pragma once

// Installing providers: which versions, and their packages into .terraform/providers, as Terraform leaves
// them there.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "registry/lock_file.h"
#include "registry/package_hash.h"
#include "registry/platform.h"
#include "registry/provider_source.h"
#include "registry/requirement.h"

namespace cairn::registry {

// Gets a package from elsewhere; the only part of an installation that uses the network.
class PackageFetcher {
 public:
  virtual ~PackageFetcher() = default;

  // The zip at `url` as a file at `path`, which does not exist yet.
  virtual Result<> Fetch(const std::string& url, const std::string& path) = 0;
};

struct InstallOptions {
  std::string directory = ".terraform/providers";
  std::string plugin_cache_directory = {};                   // empty: none
  bool plugin_cache_may_break_dependency_lock_file = false;  // take what is in the cache without a known hash
  bool upgrade = false;                                      // forget which versions were chosen
  bool accept_new_hashes = false;                            // a package may have none of the lock file's
  Platform platform = CurrentPlatform();
  std::set<ProviderAddress> unmanaged = {};  // run by somebody else: not installed
  std::set<std::string> built_in = {"terraform"};
  ArchiveLimits limits = {};
};

// What happens to a provider, for whoever shows it.
struct InstallEvent {
  enum class Kind {
    kBuiltIn,           // needs no installation
    kReusing,           // the version of the lock file is looked for
    kFinding,           // versions for `constraints` are looked for
    kAlreadyInstalled,  // of `version`
    kInCache,           // of `version`: linked from the plugin cache
    kInstalling,        // of `version`
    kInstalled,         // `signer` signed it, or nobody
    kFailed,            // `failure` has it
  };
  Kind kind;
  ProviderAddress provider;
  VersionConstraints constraints = {};
  Version version = {};
  std::string signer = {};
};

struct InstallFailure {
  enum class Stage {
    kBuiltIn,  // "Invalid dependency on built-in provider"
    kLegacy,   // "Invalid legacy provider address"
    kQuery,    // "Failed to query available provider packages"
    kInstall,  // "Failed to install provider"
  };
  Stage stage;
  ProviderAddress provider;
  Version version = {};              // of kInstall
  std::string message;               // with the peer's words
  bool not_found = false;            // no source has the provider at all
  std::string searched_places = {};  // then: where was looked, one a line
};

struct InstallResult {
  Locks locks;  // of what is installed now; those of failed providers as they were
  std::vector<InstallFailure> failures;
  // Whose hashes are known for this platform alone, because no registry vouched for others.
  std::vector<ProviderAddress> locked_for_this_platform;
};

// Chooses versions (those in `locks` where they fit and `upgrade` is off, else the newest), checks hashes,
// and installs: a directory of a mirror or of the cache is linked to, a zip unpacked beside its place and
// moved there whole. What is installed already and has a known hash stays. All providers are tried, whatever
// fails. Locks of providers that are not required any more are left out of the result. `observe` may be
// empty.
//
// REQUIRES: `source`, `fetcher` and `hasher` outlive the call; `fetcher` may be null where no source names
// URLs.
InstallResult InstallProviders(const ProviderRequirements& requirements, const Locks& locks,
                               ProviderSource& source, PackageFetcher* fetcher, FileHasher& hasher,
                               const InstallOptions& options,
                               const std::function<void(const InstallEvent&)>& observe = {});

// Whether a lock file with `before` is to be written for `after` (or the run to fail, if it is read-only):
// other constraints alone are no reason, so that the file keeps those of the run that chose the version.
bool LocksDiffer(const Locks& before, const Locks& after);

// The program in a package's directory: the file whose name begins with "terraform-provider-TYPE", followed
// by nothing, by "_" or by ".". kNotFound with the peer's words if there is none.
Result<std::string> FindProgram(const std::string& package, const ProviderAddress& provider);

// What each command asks before it runs a provider; both return the messages of what is wrong, one per
// provider. Of `requirements` only those that are installed: none that is built in or run by somebody else.

// What has not been selected, or no longer fits: "required by this configuration but no version is selected".
std::map<ProviderAddress, std::string> CheckSelections(const ProviderRequirements& requirements,
                                                       const Locks& locks);

// Checks the packages against the lock file: "there is no package for X 1.0.0 cached in
// .terraform/providers". REQUIRES: all are selected.
std::map<ProviderAddress, std::string> VerifyInstalled(const ProviderRequirements& requirements,
                                                       const Locks& locks, FileHasher& hasher,
                                                       const InstallOptions& options);

}  // namespace cairn::registry
