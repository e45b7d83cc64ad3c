#pragma once

// From folders of files to modules, and from a root module to the tree of all that it calls.

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/files.h"
#include "config/module.h"
#include "hcl/diagnostic.h"
#include "state/address.h"

namespace cairn::config {

// Reads the files of `folder`. The module has what could be understood, also with errors; it is never null.
std::shared_ptr<const Module> LoadModule(const ConfigFiles& files, const std::string& folder,
                                         hcl::Diagnostics& diagnostics);

// A module of one file that is nowhere: of `text`, with `name` in messages.
std::shared_ptr<const Module> ReadModule(const std::string& name, std::string text,
                                         hcl::Diagnostics& diagnostics);

// A module and those that it calls, by path. Immutable once loaded.
struct Config {
  state::ModulePath path = {};
  std::shared_ptr<const Module> module = {};
  const Config* parent = nullptr;    // null for the root
  const ModuleCall* call = nullptr;  // the call in the parent's module; null for the root
  std::map<std::string, std::unique_ptr<Config>, std::less<>> children = {};

  // The module at `path` below this one; null if there is none.
  const Config* Find(const state::ModulePath& below) const;
  const Resource* FindResource(const state::ConfigResource& below) const;  // the same
  // Calls `visit` with this one and all below it, parents first.
  void Visit(const std::function<void(const Config&)>& visit) const;
};

// Where the files of the module that is called at `path` are: the resolver knows from `init`.
using ResolvedModule = std::expected<std::string, hcl::Diagnostic>;
using ModuleResolver = std::function<ResolvedModule(const state::ModulePath& path, const Config& parent,
                                                    const ModuleCall& call)>;

// A resolver's answer about a module that is not there; empty: nobody has installed it yet.
hcl::Diagnostic ModuleNotInstalled(const ModuleCall& call, std::string detail = {});

// Resolves local sources ("./x", "../x") below the parent's folder, and nothing else.
ResolvedModule ResolveLocalModule(const state::ModulePath& path, const Config& parent,
                                  const ModuleCall& call);

inline constexpr size_t kModuleDepthMax = 100;  // a module that calls itself ends there

// Where the root has errors, it alone is loaded.
std::unique_ptr<const Config> LoadConfig(const ConfigFiles& files, const std::string& folder,
                                         const ModuleResolver& resolve, hcl::Diagnostics& diagnostics);

}  // namespace cairn::config
