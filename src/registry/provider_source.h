#pragma once

// Where packages of providers are looked for.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "registry/cli_config.h"
#include "registry/platform.h"
#include "registry/provider_address.h"
#include "registry/version.h"

namespace cairn::registry {

// A package for one platform: a directory, a zip here, or a zip elsewhere.
struct PackageLocation {
  enum class Kind { kDirectory, kZip, kUrl };
  Kind kind = Kind::kDirectory;
  std::string where = {};  // a path or a URL

  // Of a kUrl. The package must have one of `acceptable` if there are any; those in `to_lock` go into the
  // lock file, as they hold for all platforms.
  std::vector<std::string> acceptable = {};
  std::vector<std::string> to_lock = {};
  std::string signer = {};  // who signed the hashes: a key id; empty: nobody was asked
};

class ProviderSource {
 public:
  virtual ~ProviderSource() = default;

  // In no order. kNotFound if it has no such provider. Other errors end the search.
  virtual Result<std::vector<Version>> AvailableVersions(const ProviderAddress& provider) = 0;

  // kNotFound if it does not have that version for that platform.
  virtual Result<PackageLocation> Find(const ProviderAddress& provider, const Version& version,
                                       const Platform& platform) = 0;

  // For people who ask where was looked: a path, a host, a URL.
  virtual std::string Describe(const ProviderAddress& provider) const = 0;
};

// A directory with packages unpacked, HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/, or as
// HOST/NAMESPACE/TYPE/terraform-provider-TYPE_VERSION_OS_ARCH.zip. Of both the unpacked one counts.
// Stateless.
class FilesystemMirror final : public ProviderSource {
 public:
  explicit FilesystemMirror(std::string directory) : directory_(std::move(directory)) {}

  Result<std::vector<Version>> AvailableVersions(const ProviderAddress& provider) override;
  Result<PackageLocation> Find(const ProviderAddress& provider, const Version& version,
                               const Platform& platform) override;
  std::string Describe(const ProviderAddress&) const override { return directory_; }

  // All that there seems to be, sorted.
  std::vector<ProviderAddress> Providers() const;

  struct Zip {
    Version version;
    Platform platform;
  };
  // Of a provider, by their names, sorted by these.
  std::vector<Zip> Zips(const ProviderAddress& provider) const;

 private:
  std::string directory_;
};

// Several sources, the first one preferred where several have the same version.
class CombinedSource final : public ProviderSource {
 public:
  struct Member {
    InstallationMethod method;  // which providers it may be asked for
    std::unique_ptr<ProviderSource> source;
  };
  explicit CombinedSource(std::vector<Member> members) : members_(std::move(members)) {}

  Result<std::vector<Version>> AvailableVersions(const ProviderAddress& provider) override;
  Result<PackageLocation> Find(const ProviderAddress& provider, const Version& version,
                               const Platform& platform) override;
  std::string Describe(const ProviderAddress& provider) const override;  // one a line

 private:
  std::vector<Member> members_;
};

// Below a mirror, a cache or .terraform/providers: HOST/NAMESPACE/TYPE/VERSION/OS_ARCH.
std::string PackagePath(const std::string& root, const ProviderAddress& provider, const Version& version,
                        const Platform& platform);

// In a mirror: HOST/NAMESPACE/TYPE/terraform-provider-TYPE_VERSION_OS_ARCH.zip.
std::string ZipPath(const std::string& root, const ProviderAddress& provider, const Version& version,
                    const Platform& platform);

}  // namespace cairn::registry
