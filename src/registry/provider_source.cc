#include "registry/provider_source.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include "base/strings.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;

std::string ProviderPath(const std::string& root, const ProviderAddress& provider) {
  return (fs::path(root) / provider.host / provider.namespace_name / provider.type).string();
}

// The names in a directory; none if it cannot be read.
std::vector<std::string> NamesIn(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// Of a directory or of a package's name. Only the canonical text is a version here.
std::optional<Version> VersionNamed(std::string_view name) {
  Result<Version> version = ParseVersion(name);
  if (!version || ToString(*version) != name) return std::nullopt;
  return *std::move(version);
}

// What "terraform-provider-TYPE_VERSION_OS_ARCH.zip" names.
std::optional<FilesystemMirror::Zip> ParseZipName(std::string_view name, const ProviderAddress& provider) {
  const std::string prefix = "terraform-provider-" + provider.type + "_";
  constexpr std::string_view kSuffix = ".zip";
  if (!name.starts_with(prefix) || !name.ends_with(kSuffix)) return std::nullopt;
  const std::string_view rest = name.substr(prefix.size(), name.size() - prefix.size() - kSuffix.size());
  const std::vector<std::string_view> parts = Split(rest, '_');
  if (parts.size() != 3) return std::nullopt;
  std::optional<Version> version = VersionNamed(parts[0]);
  if (!version) return std::nullopt;
  return FilesystemMirror::Zip{*std::move(version), {std::string(parts[1]), std::string(parts[2])}};
}

}  // namespace

std::string PackagePath(const std::string& root, const ProviderAddress& provider, const Version& version,
                        const Platform& platform) {
  return (fs::path(ProviderPath(root, provider)) / ToString(version) / ToString(platform)).string();
}

std::string ZipPath(const std::string& root, const ProviderAddress& provider, const Version& version,
                    const Platform& platform) {
  return Format("{}/terraform-provider-{}_{}_{}.zip", ProviderPath(root, provider), provider.type,
                ToString(version), ToString(platform));
}

Result<std::vector<Version>> FilesystemMirror::AvailableVersions(const ProviderAddress& provider) {
  std::error_code error;
  if (!fs::exists(directory_, error)) {
    return Fail(ErrorCode::kInvalid,
                Format("cannot search {}: lstat {}: no such file or directory", directory_, directory_));
  }
  const std::string path = ProviderPath(directory_, provider);
  std::vector<Version> versions;
  for (const std::string& name : NamesIn(path)) {
    const std::optional<Zip> zip = ParseZipName(name, provider);
    std::optional<Version> version = zip ? std::optional(zip->version) : std::nullopt;
    if (!version && fs::is_directory(fs::path(path) / name, error)) version = VersionNamed(name);
    if (version && std::ranges::find(versions, *version) == versions.end()) {
      versions.push_back(*std::move(version));
    }
  }
  if (!versions.empty()) return versions;
  return Fail(ErrorCode::kNotFound,
              Format("provider {} was not found in any of the search locations", ToString(provider)));
}

Result<PackageLocation> FilesystemMirror::Find(const ProviderAddress& provider, const Version& version,
                                               const Platform& platform) {
  std::error_code error;
  const std::string unpacked = PackagePath(directory_, provider, version, platform);
  if (fs::is_directory(unpacked, error)) {
    return PackageLocation{.kind = PackageLocation::Kind::kDirectory, .where = unpacked};
  }
  const std::string zip = ZipPath(directory_, provider, version, platform);
  if (fs::is_regular_file(zip, error)) {
    return PackageLocation{.kind = PackageLocation::Kind::kZip, .where = zip};
  }
  return Fail(ErrorCode::kNotFound, Format("provider {} {} is not available for {}", ToString(provider),
                                           ToString(version), ToString(platform)));
}

std::vector<ProviderAddress> FilesystemMirror::Providers() const {
  std::vector<ProviderAddress> providers;
  for (const std::string& host : NamesIn(directory_)) {
    for (const std::string& namespace_name : NamesIn(fs::path(directory_) / host)) {
      for (const std::string& type : NamesIn(fs::path(directory_) / host / namespace_name)) {
        const std::string name = host + "/" + namespace_name + "/" + type;
        const auto address = ParseProviderAddress(name);
        if (address && ToString(*address) == name) providers.push_back(*address);
      }
    }
  }
  return providers;
}

std::vector<FilesystemMirror::Zip> FilesystemMirror::Zips(const ProviderAddress& provider) const {
  std::vector<Zip> zips;
  for (const std::string& name : NamesIn(ProviderPath(directory_, provider))) {
    if (std::optional<Zip> zip = ParseZipName(name, provider)) zips.push_back(*std::move(zip));
  }
  return zips;
}

Result<std::vector<Version>> CombinedSource::AvailableVersions(const ProviderAddress& provider) {
  std::vector<Version> versions;
  if (members_.empty()) return versions;
  std::optional<Error> unknown;  // a registry's refusal says more than that nobody was asked
  for (const Member& member : members_) {
    if (!member.method.Serves(provider)) continue;
    const Result<std::vector<Version>> some = member.source->AvailableVersions(provider);
    if (!some) {
      if (some.error().code != ErrorCode::kNotFound) return some;
      if (member.method.kind == InstallationMethod::Kind::kDirect) unknown = some.error();
      continue;
    }
    for (const Version& version : *some) {
      if (std::ranges::find(versions, version) == versions.end()) versions.push_back(version);
    }
  }
  if (!versions.empty()) return versions;
  if (unknown) return std::unexpected(*unknown);
  return Fail(ErrorCode::kNotFound,
              Format("provider {} was not found in any of the search locations", ToString(provider)));
}

Result<PackageLocation> CombinedSource::Find(const ProviderAddress& provider, const Version& version,
                                             const Platform& platform) {
  for (const Member& member : members_) {
    if (!member.method.Serves(provider)) continue;
    Result<PackageLocation> found = member.source->Find(provider, version, platform);
    if (found || found.error().code != ErrorCode::kNotFound) return found;
  }
  return Fail(ErrorCode::kNotFound, Format("provider {} {} is not available for {}", ToString(provider),
                                           ToString(version), ToString(platform)));
}

std::string CombinedSource::Describe(const ProviderAddress& provider) const {
  std::string text;
  for (const Member& member : members_) {
    if (!member.method.Serves(provider)) continue;
    text += (text.empty() ? "" : "\n") + member.source->Describe(provider);
  }
  return text;
}

std::vector<InstallationMethod> ImpliedMethods(const std::string& launch_directory,
                                               const EnvironmentLookup& environment) {
  std::vector<std::string> directories = {launch_directory + "/terraform.d/plugins"};
  const std::string home = environment("HOME").value_or("");
  if (!home.empty()) directories.push_back(home + "/.terraform.d/plugins");
  const std::string data_home = environment("XDG_DATA_HOME").value_or("");
  if (!data_home.empty()) {
    directories.push_back(data_home + "/terraform/plugins");
  } else if (!home.empty()) {
    directories.push_back(home + "/.local/share/terraform/plugins");
  }
  const std::string data_dirs = environment("XDG_DATA_DIRS").value_or("");
  for (const std::string_view directory :
       Split(data_dirs.empty() ? "/usr/local/share:/usr/share" : std::string_view(data_dirs), ':')) {
    if (!directory.empty()) directories.push_back(std::string(directory) + "/terraform/plugins");
  }
  std::vector<InstallationMethod> methods;
  InstallationMethod direct;
  for (const std::string& directory : directories) {
    std::error_code error;
    if (!fs::is_directory(directory, error)) continue;
    for (const auto& [host, namespace_name, type] : FilesystemMirror(directory).Providers()) {
      direct.exclude.push_back({host, namespace_name, type});
    }
    methods.push_back({.kind = InstallationMethod::Kind::kFilesystemMirror, .location = directory});
  }
  methods.push_back(std::move(direct));
  return methods;
}

}  // namespace cairn::registry
