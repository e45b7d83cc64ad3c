#include "registry/module_installer.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "hcl/quote.h"
#include "registry/requirement.h"
#include "registry/scratch_directory.h"

namespace cairn::registry {
namespace {

namespace fs = std::filesystem;
using About = ModuleFailure::About;
using SourceKind = ModuleSource::Kind;

// `inner` seen from `outer`, cleaned.
std::string Join(std::string_view outer, std::string_view inner) {
  return CleanPath(inner.empty() ? std::string(outer) : std::string(outer) + "/" + std::string(inner));
}

std::string Named(const ModuleCall& call) {
  const std::string name = hcl::GoQuoted(call.name);
  return call.place.empty() ? name : Format("{} ({})", name, call.place);
}

// What is wrong with it, without the names of the scratch directory.
std::string InstalledTo(std::string message, const std::string& scratch, const std::string& directory) {
  for (size_t at = 0; (at = message.find(scratch, at)) != std::string::npos; at += directory.size()) {
    message.replace(at, scratch.size(), directory);
  }
  return message;
}

class Installer {
 public:
  Installer(const ModuleManifest& before, ModuleReader& reader, ModulePackages& packages,
            ModuleRegistry* registry, const ModuleInstallOptions& options,
            const std::function<void(const ModuleEvent&)>& observe)
      : reader_(reader), packages_(packages), registry_(registry), options_(options), observe_(observe) {
    result_.manifest = before;
  }

  ModuleInstallResult Run() {
    result_.manifest[""] = {.directory = CleanPath(options_.root)};
    Walk("", CleanPath(options_.root), "", 0);
    return std::move(result_);
  }

 private:
  struct Chosen {
    std::string version;
    std::string directory;
    std::string package_directory;
    bool is_kept = false;  // was there already
  };

  void Fail(const std::string& path, About about, std::string summary, std::string detail) {
    result_.failures.push_back({path, about, {std::move(summary), std::move(detail)}});
  }
  void Observe(ModuleEvent event) {
    if (observe_) observe_(event);
  }

  // `package` is the directory of the package that `directory` is in; empty: the root's.
  void Walk(const std::string& path, const std::string& directory, const std::string& package, size_t depth) {
    const Result<std::vector<ModuleCall>> calls = reader_.Calls(directory);
    if (!calls) return;
    std::vector<ModuleCall> sorted = *calls;
    std::ranges::sort(sorted, {}, &ModuleCall::name);
    for (const ModuleCall& call : sorted) {
      Install(path.empty() ? call.name : path + "." + call.name, call, directory, package, depth + 1);
    }
  }

  void Install(const std::string& path, const ModuleCall& call, const std::string& caller,
               const std::string& package, size_t depth) {
    if (depth > options_.depth_max || result_.manifest.size() >= options_.modules_max) {
      Fail(path, About::kSource, "Too many modules",
           "Modules call each other without end, or there are more than Cairn takes.");
      return;
    }
    const auto source = ParseModuleSource(call.source, !call.version.empty());
    if (!source) {
      result_.failures.push_back({path, About::kSource, source.error()});
      return;
    }
    std::optional<Chosen> chosen;
    switch (source->kind) {
      case SourceKind::kLocal:
        chosen = ChooseLocal(path, call, *source, caller, package);
        break;
      case SourceKind::kRegistry:
        chosen = ChooseFromRegistry(path, call, *source);
        break;
      case SourceKind::kRemote:
        chosen = ChooseRemote(path, call, *source, PackageText(*source), "");
        break;
    }
    if (!chosen || !chosen->is_kept) Forget(path);
    if (!chosen) return;
    result_.manifest[path] = {ToString(*source), chosen->version, chosen->directory};
    if (!chosen->is_kept) {
      Observe({.kind = ModuleEvent::Kind::kInstalled,
               .path = path,
               .version = chosen->version,
               .directory = chosen->directory});
    }
    std::error_code error;
    if (!fs::is_directory(chosen->directory, error)) return;  // which has been said
    Walk(path, chosen->directory, chosen->package_directory, depth);
  }

  // Records of the module and of those below it.
  void Forget(const std::string& path) {
    std::erase_if(result_.manifest, [&](const auto& record) {
      return record.first == path || record.first.starts_with(path + ".");
    });
  }

  std::optional<Chosen> ChooseLocal(const std::string& path, const ModuleCall& call,
                                    const ModuleSource& source, const std::string& caller,
                                    const std::string& package) {
    const std::string directory = Join(caller, source.path);
    const bool is_within = directory == package || directory.starts_with(package + "/");
    if (!package.empty() && !is_within) {
      Fail(
          path, About::kSource, "Local module path escapes module package",
          Format("The given source directory for {} would be outside of its containing package. Local source "
                 "addresses starting with \"../\" must stay within the same package that the calling module "
                 "belongs "
                 "to.",
                 path));
      return std::nullopt;
    }
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
      Fail(path, About::kDirectory, "Unreadable module directory",
           Format("Unable to evaluate directory symlink: lstat {}: no such file or directory", directory));
      Fail(path, About::kDirectory, "Unreadable module directory",
           Format("The directory  could not be read for module {} at {}.", hcl::GoQuoted(call.name),
                  call.place));
      return Chosen{};
    }
    const auto record = result_.manifest.find(path);
    const bool is_kept = !options_.upgrade && record != result_.manifest.end() &&
                         record->second == ModuleRecord{ToString(source), "", directory};
    return Chosen{"", directory, package, is_kept};
  }

  // What was installed for this source before, if it is still there.
  std::optional<Chosen> Kept(const std::string& path, const ModuleSource& source,
                             const LooseConstraints* constraints) {
    const auto record = result_.manifest.find(path);
    std::error_code error;
    if (options_.upgrade || record == result_.manifest.end() || record->second.source != ToString(source) ||
        !fs::is_directory(record->second.directory, error)) {
      return std::nullopt;
    }
    if (constraints != nullptr) {
      const Result<LooseVersion> version = ParseLooseVersion(record->second.version);
      if (!version || !Satisfies(*version, *constraints)) return std::nullopt;
    }
    return Chosen{record->second.version, record->second.directory, PackageDirectory(path), true};
  }

  std::string PackageDirectory(const std::string& path) const {
    return Join(options_.data_directory, "modules/" + path);
  }

  std::optional<Chosen> ChooseRemote(const std::string& path, const ModuleCall& call,
                                     const ModuleSource& source, const std::string& package,
                                     const std::string& version) {
    if (version.empty()) {
      if (const auto kept = Kept(path, source, nullptr)) return kept;
    }
    const std::string directory = PackageDirectory(path);
    Observe({.kind = ModuleEvent::Kind::kDownloading, .path = path, .package = package, .version = version});
    if (const Result<> fetched = FetchTo(source, directory); !fetched) {
      Fail(path, About::kDownload, "Failed to download module",
           Format("Could not download module {} source code from {}: {}", Named(call),
                  hcl::GoQuoted(PackageText(source)), fetched.error().message));
      return std::nullopt;
    }
    return WithinPackage(path, directory, source.subdirectory, version);
  }

  std::optional<Chosen> WithinPackage(const std::string& path, const std::string& directory,
                                      const std::string& subdirectory, const std::string& version) {
    const std::string inner = Join(directory, subdirectory);
    std::error_code error;
    if (!fs::is_directory(inner, error)) {
      if (version.empty()) {
        Fail(path, About::kDirectory, "Failed to expand subdir globs",
             Format("subdir {} not found", hcl::GoQuoted(subdirectory)));
        return std::nullopt;
      }
      Fail(path, About::kDirectory, "Unreadable module subdirectory",
           Format("The directory {} does not exist. The target submodule {} does not exist within the target "
                  "module.",
                  inner, subdirectory));
    }
    return Chosen{version, inner, directory};
  }

  // By way of a scratch directory, so that `directory` is there whole or not at all. A package that another
  // call fetched already in this run is copied.
  Result<> FetchTo(const ModuleSource& source, const std::string& directory) {
    const Result<ScratchDirectory> scratch = ScratchDirectory::Beside(directory);
    if (!scratch) return std::unexpected(scratch.error());
    const std::string fresh = scratch->path() + "/package";
    std::error_code error;
    if (const auto known = fetched_.find(PackageText(source)); known != fetched_.end()) {
      fs::copy(known->second, fresh, fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
      if (error) return FailErrno(error.value(), "cannot copy " + known->second);
    } else if (const Result<> fetched = packages_.Fetch(source, fresh); !fetched) {
      return cairn::Fail(fetched.error().code, InstalledTo(fetched.error().message, fresh, directory));
    }
    fs::remove_all(directory, error);
    fs::rename(fresh, directory, error);
    if (error) return FailErrno(error.value(), "cannot move the package to " + directory);
    fetched_[PackageText(source)] = directory;
    return {};
  }

  std::optional<Chosen> ChooseFromRegistry(const std::string& path, const ModuleCall& call,
                                           const ModuleSource& source) {
    LooseConstraints constraints;
    if (!call.version.empty()) {
      auto parsed = ParseModuleRequirement(call.version);
      if (!parsed) {
        result_.failures.push_back({path, About::kVersion, parsed.error()});
        return std::nullopt;
      }
      constraints = *std::move(parsed);
    }
    if (const auto kept = Kept(path, source, &constraints)) return kept;
    const auto inaccessible = [&](std::string why) {
      Fail(path, About::kDownload, "Error accessing remote module registry", std::move(why));
      return std::nullopt;
    };
    if (registry_ == nullptr) return inaccessible("There is no way to reach " + source.host + ".");
    const Result<std::vector<std::string>> versions = registry_->Versions(source);
    if (!versions && versions.error().code == ErrorCode::kNotFound) {
      Fail(path, About::kDownload, "Module not found",
           Format("Module {} (from {}) cannot be found in the module registry at {}.",
                  hcl::GoQuoted(call.name), call.place, source.host));
      return std::nullopt;
    }
    if (!versions) {
      return inaccessible(Format("Failed to retrieve available versions for module {} from {}: {}.",
                                 Named(call), source.host, versions.error().message));
    }
    const std::optional<std::string> version = NewestOf(*versions, constraints);
    if (!version) {
      const std::optional<std::string> newest = NewestOf(*versions, {});
      Fail(
          path, About::kVersion, "Unresolvable module version constraint",
          Format(
              "There is no available version of module {} ({}) which matches the given version constraint.{}",
              hcl::GoQuoted(PackageText(source)), call.place,
              newest ? Format(" The newest available version is {}.", *newest) : ""));
      return std::nullopt;
    }
    const Result<std::string> location = registry_->Location(source, *version);
    if (!location) {
      return inaccessible(Format("Failed to retrieve a download URL for {} {} from {}: {}",
                                 PackageText(source), *version, source.host, location.error().message));
    }
    const auto package = ParseModulePackage(*location);
    if (!package) return inaccessible(package.error().detail);
    ModuleSource remote = *package;
    remote.subdirectory = remote.subdirectory.empty()   ? source.subdirectory
                          : source.subdirectory.empty() ? remote.subdirectory
                                                        : Join(remote.subdirectory, source.subdirectory);
    return ChooseRemote(path, call, remote, PackageText(source), *version);
  }

  // Pre-releases count where a constraint names one exactly.
  static std::optional<std::string> NewestOf(const std::vector<std::string>& texts,
                                             const LooseConstraints& constraints) {
    std::optional<LooseVersion> newest;
    for (const std::string& text : texts) {
      Result<LooseVersion> version = ParseLooseVersion(text);
      if (!version || !Satisfies(*version, constraints)) continue;
      if (!version->prerelease.empty()) {
        const bool is_named = std::ranges::any_of(constraints, [&](const LooseConstraint& constraint) {
          return constraint.op == LooseConstraint::Operator::kEqual &&
                 ComparePrecedence(constraint.boundary, *version) == 0;
        });
        if (!is_named) continue;
      }
      if (!newest || ComparePrecedence(*version, *newest) > 0) newest = *std::move(version);
    }
    if (!newest) return std::nullopt;
    return ToString(*newest);
  }

  ModuleReader& reader_;
  ModulePackages& packages_;
  ModuleRegistry* registry_;
  const ModuleInstallOptions& options_;
  const std::function<void(const ModuleEvent&)>& observe_;
  ModuleInstallResult result_;
  std::map<std::string, std::string> fetched_;  // packages of this run, and where they are
};

}  // namespace

ModuleInstallResult InstallModules(const ModuleManifest& before, ModuleReader& reader,
                                   ModulePackages& packages, ModuleRegistry* registry,
                                   const ModuleInstallOptions& options,
                                   const std::function<void(const ModuleEvent&)>& observe) {
  return Installer(before, reader, packages, registry, options, observe).Run();
}

}  // namespace cairn::registry
