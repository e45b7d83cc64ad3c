#pragma once

// Where a module's source code is: the `source` of a module call.

#include <expected>
#include <string>
#include <string_view>

#include "registry/mistake.h"

namespace cairn::registry {

struct ModuleSource {
  enum class Kind {
    kLocal,     // "./a", "../b": relative to the calling module, within its package
    kRegistry,  // "hashicorp/consul/aws": of a module registry
    kRemote,    // "git::https://…", "https://….zip", "/absolute/path": a package to fetch
  };
  Kind kind = Kind::kLocal;

  std::string path = {};  // of kLocal: cleaned, beginning with "./" or "../"

  // Of kRegistry.
  std::string host = {};
  std::string namespace_name = {};
  std::string name = {};
  std::string system = {};

  // Of kRemote.
  std::string getter =
      {};                // "git" and the like, if that was written or implied; empty: the URL's scheme says
  std::string url = {};  // of the package, with its query, without the getter and the subdirectory

  std::string subdirectory = {};  // within the package; empty: its root

  bool operator==(const ModuleSource&) const = default;
};

// As modules.json has it: "./a", "registry.terraform.io/hashicorp/consul/aws",
// "git::https://h/r.git//sub?ref=v1".
std::string ToString(const ModuleSource& source);
// Of kRemote and kRegistry: the package alone.
std::string PackageText(const ModuleSource& source);

// `with_version` says that the call also has a `version`, so that only a registry will do.
std::expected<ModuleSource, Mistake> ParseModuleSource(
    std::string_view text, bool with_version = false,
    std::string_view default_host = "registry.terraform.io");

// An address in the form that a registry answers with, which may be relative to the URL it was asked at.
std::expected<ModuleSource, Mistake> ParseModulePackage(std::string_view text);

// `path` without "." and with ".." worked out, as Go's path.Clean: never empty, "." at least.
std::string CleanPath(std::string_view path);

}  // namespace cairn::registry
