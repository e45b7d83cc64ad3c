#include "config/loader.h"

#include <set>
#include <utility>

#include "base/strings.h"
#include "config/module_reader.h"
#include "config/overrides.h"
#include "hcl/path.h"

namespace cairn::config {
namespace {

// Names within the root module's folder are shown without it, as the user stands in it.
std::string ShownPath(const std::string& folder, const std::string& name) {
  return folder.empty() || folder == "." ? name : hcl::JoinPaths(folder, name);
}

std::optional<hcl::Body> ReadBody(const ConfigFiles& files, const std::string& folder,
                                  const std::string& name, hcl::Diagnostics& diagnostics) {
  const std::string path = ShownPath(folder, name);
  Result<std::string> text = files.Read(path);
  if (!text) {
    diagnostics.AddError("Failed to read file", Format("The configuration file {:?} could not be read: {}.",
                                                       path, text.error().message));
    return std::nullopt;
  }
  hcl::ParsedBody parsed = hcl::ParseBody(std::make_shared<const hcl::Source>(path, std::move(*text)));
  diagnostics.Append(std::move(parsed.diagnostics));
  return std::move(parsed.body);
}

class TreeLoader {
 public:
  TreeLoader(const ConfigFiles& files, const ModuleResolver& resolve, hcl::Diagnostics& diagnostics)
      : files_(files), resolve_(resolve), diagnostics_(diagnostics) {}

  void LoadChildren(Config& parent) {
    for (const auto& [name, call] : parent.module->calls) {
      auto child = std::make_unique<Config>();
      child->path = parent.path.Child(name);
      child->parent = &parent;
      child->call = &call;
      if (!LoadChild(*child, parent, call)) continue;
      Config& loaded = *parent.children.emplace(name, std::move(child)).first->second;
      LoadChildren(loaded);
    }
  }

 private:
  bool LoadChild(Config& child, const Config& parent, const ModuleCall& call) {
    if (call.source.empty()) return false;
    if (child.path.names().size() > kModuleDepthMax) {
      diagnostics_.AddError(
          "Module calls are nested too deeply",
          Format("Modules may be nested {} deep. Does a module call itself?", kModuleDepthMax),
          call.source_range);
      return false;
    }
    const ResolvedModule folder = resolve_(child.path, parent, call);
    if (!folder) {
      diagnostics_.Add(folder.error());
      return false;
    }
    std::shared_ptr<const Module>& module = loaded_[*folder];
    if (!module) {
      if (const auto listed = files_.List(*folder); !listed) {
        diagnostics_.AddError("Unreadable module directory",
                              Format("The directory {} could not be read for module {:?} at {}: {}", *folder,
                                     call.name, Place(call.range), listed.error().message),
                              call.source_range);
        loaded_.erase(*folder);
        return false;
      }
      module = LoadModule(files_, *folder, diagnostics_);
    }
    child.module = module;
    return true;
  }

  const ConfigFiles& files_;
  const ModuleResolver& resolve_;
  hcl::Diagnostics& diagnostics_;
  std::map<std::string, std::shared_ptr<const Module>> loaded_;  // by folder: several calls share one
};

// Import blocks are read where everything is known that they may name.
void CheckImports(const Config& root, hcl::Diagnostics& diagnostics) {
  root.Visit([&](const Config& config) {
    for (const Import& import : config.module->imports) {
      if (config.parent != nullptr) {
        diagnostics.AddError("Invalid import configuration",
                             Format("An import block was detected in {:?}. Import blocks are only allowed in "
                                    "the root module.",
                                    config.path.ToString()),
                             import.range);
        continue;
      }
      if (!import.provider || root.FindResource(import.target) == nullptr) continue;
      diagnostics.AddError(
          "Invalid import provider argument",
          "The provider argument can only be specified in import blocks that will generate configuration.\n\n"
          "Use the provider argument in the target resource block to configure the provider for a resource "
          "with explicit provider configuration.",
          import.provider_range);
    }
  });
}

}  // namespace

std::shared_ptr<const Module> LoadModule(const ConfigFiles& files, const std::string& folder,
                                         hcl::Diagnostics& diagnostics) {
  auto module = std::make_shared<Module>();
  module->folder = folder;
  Result<std::vector<std::string>> names = files.List(folder);
  if (!names) {
    diagnostics.AddError("Failed to read module directory", names.error().message);
    return module;
  }
  const ConfigFileNames sorted = ConfigFileNamesOf(std::move(*names));
  ModuleReader reader(*module, diagnostics);
  const auto read = [&](const std::vector<std::string>& these) {
    std::vector<hcl::Block> blocks;
    for (const std::string& name : these) {
      const auto body = ReadBody(files, folder, name, diagnostics);
      if (!body) continue;
      for (hcl::Block& block : reader.BlocksOf(*body)) blocks.push_back(std::move(block));
    }
    return blocks;
  };
  std::vector<hcl::Block> blocks = read(sorted.primary);
  const std::vector<hcl::Block> changes = read(sorted.overrides);
  for (const hcl::Block& block : Override(std::move(blocks), changes, diagnostics)) reader.Read(block);
  return module;
}

std::shared_ptr<const Module> ReadModule(const std::string& name, std::string text,
                                         hcl::Diagnostics& diagnostics) {
  auto module = std::make_shared<Module>();
  hcl::ParsedBody parsed = hcl::ParseBody(std::make_shared<const hcl::Source>(name, std::move(text)));
  diagnostics.Append(std::move(parsed.diagnostics));
  ModuleReader reader(*module, diagnostics);
  for (const hcl::Block& block : reader.BlocksOf(parsed.body)) reader.Read(block);
  return module;
}

const Config* Config::Find(const state::ModulePath& below) const {
  const Config* at = this;
  for (const std::string& name : below.names()) {
    const auto child = at->children.find(name);
    if (child == at->children.end()) return nullptr;
    at = child->second.get();
  }
  return at;
}

const Resource* Config::FindResource(const state::ConfigResource& resource) const {
  const Config* config = Find(resource.module);
  if (config == nullptr) return nullptr;
  const auto found = config->module->resources.find(resource.resource);
  return found == config->module->resources.end() ? nullptr : &found->second;
}

void Config::Visit(const std::function<void(const Config&)>& visit) const {
  visit(*this);
  for (const auto& [name, child] : children) child->Visit(visit);
}

hcl::Diagnostic ModuleNotInstalled(const ModuleCall& call, std::string detail) {
  if (detail.empty()) {
    detail =
        "This module is not yet installed. Run \"terraform init\" to install all modules required by this "
        "configuration.";
  }
  return {.summary = "Module not installed", .detail = std::move(detail), .subject = call.range};
}

ResolvedModule ResolveLocalModule(const state::ModulePath& /*path*/, const Config& parent,
                                  const ModuleCall& call) {
  if (!call.source.starts_with("./") && !call.source.starts_with("../")) {
    return std::unexpected(ModuleNotInstalled(call));
  }
  return hcl::JoinPaths(parent.module->folder, call.source);
}

std::unique_ptr<const Config> LoadConfig(const ConfigFiles& files, const std::string& folder,
                                         const ModuleResolver& resolve, hcl::Diagnostics& diagnostics) {
  auto root = std::make_unique<Config>();
  root->module = LoadModule(files, folder, diagnostics);
  if (!diagnostics.has_errors()) TreeLoader(files, resolve, diagnostics).LoadChildren(*root);
  CheckImports(*root, diagnostics);
  return root;
}

}  // namespace cairn::config
