#pragma once

// Installing modules: the tree of module calls, and where the code of each is.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/mistake.h"
#include "registry/module_fetcher.h"
#include "registry/module_manifest.h"
#include "registry/module_source.h"

namespace cairn::registry {

// One `module` block.
struct ModuleCall {
  std::string name;
  std::string source;
  std::string version = {};  // constraints; empty: none
  std::string place = {};    // where it is written, for messages: "main.tf:2"
};

// Who reads configurations.
class ModuleReader {
 public:
  virtual ~ModuleReader() = default;

  // The calls of the module in `directory`. An error ends that branch; who implements this keeps the
  // diagnostics.
  virtual Result<std::vector<ModuleCall>> Calls(const std::string& directory) = 0;
};

// The module registry protocol.
class ModuleRegistry {
 public:
  virtual ~ModuleRegistry() = default;

  // The texts of versions, in any order.
  virtual Result<std::vector<std::string>> Versions(const ModuleSource& source) = 0;
  // Where the package of a version is: a source address, as ParseModulePackage reads it.
  virtual Result<std::string> Location(const ModuleSource& source, const std::string& version) = 0;
};

struct ModuleInstallOptions {
  std::string root = ".";                     // the root module
  std::string data_directory = ".terraform";  // the packages go to modules/ in it
  bool upgrade = false;                       // fetch everything again, newest versions
  size_t modules_max = 10'000;                // a module that calls itself ends here
  size_t depth_max = 100;
};

struct ModuleFailure {
  std::string path;  // of the call: "network.subnets"
  enum class About {
    kSource,     // the `source` as it is written
    kVersion,    // the `version`
    kDownload,   // what it names cannot be had
    kDirectory,  // a directory that is not there
  } about;
  Mistake mistake;
};

struct ModuleEvent {
  enum class Kind {
    kDownloading,  // `package`, of `version` if a registry chose one
    kInstalled,    // in `directory`; not said of what was there already
  };
  Kind kind;
  std::string path;
  std::string package = {};
  std::string version = {};
  std::string directory = {};
};

struct ModuleInstallResult {
  // Without the branches that failed, but for those whose directory is not there; with what was recorded
  // before of calls that are no more.
  ModuleManifest manifest;
  std::vector<ModuleFailure> failures;
};

// Walks the calls from the root. A package that `before` has for the same source and a version that fits is
// kept, if its directory is still there; others are fetched beside their place and moved there. All branches
// are tried.
//
// REQUIRES: everything given outlives the call; `registry` may be null where no source names one.
ModuleInstallResult InstallModules(const ModuleManifest& before, ModuleReader& reader,
                                   ModulePackages& packages, ModuleRegistry* registry,
                                   const ModuleInstallOptions& options,
                                   const std::function<void(const ModuleEvent&)>& observe = {});

}  // namespace cairn::registry
