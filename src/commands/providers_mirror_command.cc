#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/installed_providers.h"
#include "commands/provider_sources.h"
#include "commands/run_commands.h"
#include "config/providers.h"
#include "data/json.h"
#include "registry/package_hash.h"
#include "registry/provider_installer.h"
#include "registry/scratch_directory.h"
#include "view/json_writer.h"

namespace cairn::commands {
namespace {

using registry::ProviderAddress;

// What a network mirror answers about a version, or about all of them (`archives` and `versions`).
Result<> WriteIndex(const std::string& path, view::JsonWriter& json) {
  const Result<data::Json> value = data::ParseJson(json.Take());
  if (!value) return std::unexpected(value.error());
  return WriteFileAtomically(path, data::SerializeJson(*value, data::JsonStyle::kPretty));
}

// Fills a folder with packages. What fails is in `diagnostics`, and the others are fetched all the same.
class Mirror {
 public:
  Mirror(Screen& screen, Registries& registries, std::string folder,
         std::vector<registry::Platform> platforms, const registry::Locks& locks,
         hcl::Diagnostics& diagnostics)
      : screen_(screen),
        registries_(registries),
        source_(registries.SourceOf({{.kind = registry::InstallationMethod::Kind::kDirect}})),
        folder_(std::move(folder)),
        platforms_(std::move(platforms)),
        locks_(locks),
        diagnostics_(diagnostics) {}

  void Add(const ProviderAddress& provider, const registry::VersionConstraints& constraints) {
    if (provider.IsBuiltIn()) {
      Say(Format("- Skipping {} because it is built in to Terraform CLI", registry::ForDisplay(provider)));
      return;
    }
    Say(Format("- Mirroring {}...", registry::ForDisplay(provider)));
    const Result<registry::Version> version = Choose(provider, constraints);
    if (!version) {
      diagnostics_.AddError("Provider not available",
                            Format("Failed to download {} from its origin registry: {}.\n",
                                   registry::ToString(provider), version.error().message));
      return;
    }
    for (const registry::Platform& platform : platforms_) Download(provider, *version, platform);
  }

  // Of all that is in the folder now.
  void WriteIndexes() {
    const registry::FilesystemMirror mirror(folder_);
    for (const ProviderAddress& provider : mirror.Providers()) {
      if (const Result<> written = WriteIndexes(provider, mirror.Zips(provider)); !written) {
        diagnostics_.AddError("Failed to update indexes",
                              Format("Failed to write an updated JSON index for {}: {}.",
                                     registry::ToString(provider), written.error().message));
      }
    }
  }

 private:
  void Say(const std::string& line) { screen_.PrintLine(line); }

  Result<registry::Version> Choose(const ProviderAddress& provider,
                                   const registry::VersionConstraints& constraints) {
    Result<std::vector<registry::Version>> available = source_.AvailableVersions(provider);
    if (!available) return std::unexpected(available.error());
    const std::string wanted = ToString(constraints);
    std::erase_if(*available, [&](const registry::Version& version) {
      return !registry::Satisfies(version, constraints);
    });
    if (available->empty()) {
      return Fail(ErrorCode::kNotFound, "no releases match the given constraints " + wanted);
    }
    registry::Version chosen = *std::ranges::max_element(*available, registry::ListedBefore);
    if (const registry::ProviderLock* const lock = locks_.Find(provider)) {
      chosen = lock->version;
      Say(Format("  - Selected v{} to match dependency lock file", ToString(chosen)));
    } else if (!wanted.empty()) {
      Say(Format("  - Selected v{} to meet constraints {}", ToString(chosen), wanted));
    } else {
      Say(Format("  - Selected v{} with no constraints", ToString(chosen)));
    }
    return chosen;
  }

  void Download(const ProviderAddress& provider, const registry::Version& version,
                const registry::Platform& platform) {
    Say(Format("  - Downloading package for {}...", registry::ToString(platform)));
    const std::string what = Format("{} v{} for {}", registry::ToString(provider), ToString(version),
                                    registry::ToString(platform));
    const auto failed = [&](std::string summary, std::string_view verb, const Error& error) {
      diagnostics_.AddError(std::move(summary), Format("Failed to {} {}: {}.\n", verb, what, error.message));
    };
    const Result<registry::PackageLocation> location = source_.Find(provider, version, platform);
    if (!location) {
      const bool is_forged = location.error().code == ErrorCode::kDenied;
      failed(is_forged ? "Invalid provider package" : "Provider release not available",
             is_forged ? "authenticate" : "download", location.error());
      return;
    }
    const std::string target = registry::ZipPath(folder_, provider, version, platform);
    const auto scratch = registry::ScratchDirectory::Beside(target);
    const std::string zip = scratch ? scratch->path() + "/package.zip" : std::string();
    const Result<> fetched = scratch ? registries_.packages().Fetch(location->where, zip)
                                     : Result<>(std::unexpected(scratch.error()));
    if (!fetched) {
      failed("Cannot download provider release", "download", fetched.error());
      return;
    }
    registry::PlainFileHasher hasher;
    const Result<bool> matches =
        registry::MatchesAnyHash(zip, registry::PackageForm::kZip, location->acceptable, hasher);
    if (!matches || !*matches) {
      failed("Invalid provider package", "authenticate",
             matches ? Error{ErrorCode::kDenied, "archive has incorrect checksum"} : matches.error());
      return;
    }
    Say("  - Package authenticated: self-signed");
    std::error_code error;
    std::filesystem::rename(zip, target, error);
    if (error) failed("Cannot download provider release", "place", {ErrorCode::kInternal, error.message()});
  }

  Result<> WriteIndexes(const ProviderAddress& provider,
                        const std::vector<registry::FilesystemMirror::Zip>& zips) {
    std::map<std::string, std::map<std::string, std::string>> archives;  // by version and platform: paths
    for (const auto& [version, platform] : zips) {
      archives[ToString(version)][registry::ToString(platform)] =
          registry::ZipPath(folder_, provider, version, platform);
    }
    if (archives.empty()) return {};
    const std::string folder = folder_ + "/" + registry::ToString(provider) + "/";
    view::JsonWriter versions;
    versions.BeginObject();
    versions.Key("versions");
    versions.BeginObject();
    for (const auto& [version, paths] : archives) {
      if (const Result<> written = WriteVersion(folder + version + ".json", paths); !written) return written;
      versions.RawMember(version, "{}");
    }
    versions.EndObject();
    versions.EndObject();
    return WriteIndex(folder + "index.json", versions);
  }

  static Result<> WriteVersion(const std::string& path, const std::map<std::string, std::string>& zips) {
    view::JsonWriter json;
    json.BeginObject();
    json.Key("archives");
    json.BeginObject();
    for (const auto& [platform, zip] : zips) {
      const Result<std::string> hash = registry::HashZipContents(zip);
      if (!hash) return Fail(hash.error().code, Format("{}: {}", zip, hash.error().message));
      json.Key(platform);
      json.BeginObject();
      json.RawMember("hashes", Format("[{:?}]", *hash));
      json.Member("url", std::filesystem::path(zip).filename().string());
      json.EndObject();
    }
    json.EndObject();
    json.EndObject();
    return WriteIndex(path, json);
  }

  Screen& screen_;
  Registries& registries_;
  registry::CombinedSource source_;
  const std::string folder_;
  const std::vector<registry::Platform> platforms_;
  const registry::Locks& locks_;
  hcl::Diagnostics& diagnostics_;
};

// Those of the lock file, if there are any; they must be what `required` asks for.
registry::Locks LocksFor(const registry::ProviderRequirements& required, hcl::Diagnostics& diagnostics) {
  registry::Locks locks = ReadLocks(diagnostics);
  if (locks.providers.empty() || diagnostics.has_errors()) return {};
  registry::ProviderRequirements installed = required;
  std::erase_if(installed, [](const auto& one) { return one.first.IsBuiltIn(); });
  std::string problems;
  for (const auto& [address, message] : registry::CheckSelections(installed, locks)) {
    problems +=
        Format("{}provider {}: {}", problems.empty() ? "" : " ", registry::ToString(address), message);
  }
  if (!problems.empty()) {
    diagnostics.AddError("Inconsistent dependency lock file",
                         Format("To update the locked dependency selections to match a changed "
                                "configuration, run:\n  terraform init -upgrade\n got:[{}]\n",
                                problems));
  }
  return locks;
}

}  // namespace

int RunProvidersMirror(const Environment& environment, Screen& screen,
                       const std::vector<std::string>& words) {
  int code = 0;
  bool use_locks = true;
  std::vector<std::string> platform_words, arguments;
  const auto add = [&](Flags& flags) {
    flags.Add("platform", platform_words, "OS_ARCH to copy packages of, any number of times (this one)");
    flags.Add("lock-file", use_locks, "take the versions of the lock file (true)");
  };
  if (!ParsePlain(screen, words, "providers mirror FOLDER", code, add, &arguments)) return code;
  const registry::CliConfig& cli = environment.cli;
  if (arguments.size() != 1) {
    screen.ReportError(
        "No output directory specified",
        "The providers mirror command requires an output directory as a command-line argument.\n");
    return 1;
  }
  hcl::Diagnostics diagnostics;
  std::vector<registry::Platform> platforms = ParsePlatforms(platform_words, diagnostics);
  Session session(environment, screen, {.lock = false, .may_be_empty = true, .input = false});
  if (!session.LoadConfig()) return 1;
  const registry::ProviderRequirements required = config::NeededProviders(session.config(), diagnostics);
  const registry::Locks locks = use_locks ? LocksFor(required, diagnostics) : registry::Locks();
  if (!diagnostics.has_errors()) {
    Registries registries(environment, cli);
    Mirror mirror(screen, registries, arguments[0], std::move(platforms), locks, diagnostics);
    for (const auto& [provider, constraints] : required) mirror.Add(provider, constraints);
    mirror.WriteIndexes();
  }
  screen.Report(diagnostics);
  return diagnostics.has_errors() ? 1 : 0;
}

}  // namespace cairn::commands
