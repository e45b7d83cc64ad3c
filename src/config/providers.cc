#include "config/providers.h"

#include "base/strings.h"

namespace cairn::config {
namespace {

using registry::ProviderAddress;

// What the parent calls the provider that the child calls `name`.
std::string ParentName(const Config& child, const std::string& name) {
  const ProviderAddress wanted = ProviderOf(*child.module, name);
  for (const auto& [local, requirement] : child.parent->module->required_providers) {
    if (ProviderOf(*child.parent->module, local) == wanted) return local;
  }
  return ProviderOf(*child.parent->module, name) == wanted ? name : wanted.type;
}

class NeedCollector {
 public:
  explicit NeedCollector(hcl::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Collect(const Config& config) {
    const Module& module = *config.module;
    for (const auto& [name, requirement] : module.required_providers) CollectRequirement(requirement);
    for (const auto& [name, resource] : module.resources) Need(module, resource.EffectiveProvider().name);
    for (const auto& [name, check] : module.checks) {
      if (check.data) Need(module, check.data->EffectiveProvider().name);
    }
    for (const auto& [name, block] : module.providers) {
      registry::VersionConstraints& constraints = Need(module, block.name.name);
      if (!block.version.empty()) AddConstraints(constraints, block.version, block.range);
    }
    for (const Import& import : module.imports) {
      if (config.FindResource(import.target) == nullptr) {
        const Resource absent{.name = import.target.resource, .provider = import.provider};
        Need(module, absent.EffectiveProvider().name);
      }
    }
  }

  registry::ProviderRequirements Take() { return std::move(needs_); }

 private:
  registry::VersionConstraints& Need(const Module& module, const std::string& name) {
    return needs_[ProviderOf(module, name)];
  }

  void CollectRequirement(const ProviderRequirement& requirement) {
    ProviderAddress address = registry::ImpliedProvider("terraform");
    if (!requirement.source.empty()) {
      auto parsed = registry::ParseProviderAddress(requirement.source);
      if (!parsed) {
        diagnostics_.AddError(parsed.error().summary, parsed.error().detail, requirement.source_range);
        return;
      }
      address = std::move(*parsed);
    } else {
      const auto part = registry::ParseProviderPart(requirement.name);
      if (!part) {
        diagnostics_.AddError(
            "Invalid provider local name",
            Format("{:?} is an invalid provider local name: {}", requirement.name, part.error().message),
            requirement.range);
        return;
      }
      address = registry::ImpliedProvider(*part);
    }
    registry::VersionConstraints& constraints = needs_[address];
    if (!requirement.version.empty()) {
      AddConstraints(constraints, requirement.version, requirement.version_range);
    }
  }

  void AddConstraints(registry::VersionConstraints& constraints, const std::string& text,
                      const hcl::SourceRange& range) {
    const auto more = registry::ParseProviderRequirement(text);
    if (!more) {
      diagnostics_.AddError(more.error().summary, more.error().detail, range);
      return;
    }
    constraints.insert(constraints.end(), more->begin(), more->end());
  }

  hcl::Diagnostics& diagnostics_;
  registry::ProviderRequirements needs_;
};

}  // namespace

ProviderAddress ProviderOf(const Module& module, const std::string& name) {
  const auto requirement = module.required_providers.find(name);
  if (requirement != module.required_providers.end() && !requirement->second.source.empty()) {
    if (auto address = registry::ParseProviderAddress(requirement->second.source)) return std::move(*address);
  }
  const auto part = registry::ParseProviderPart(name);
  return registry::ImpliedProvider(part ? *part : name);
}

std::optional<ProviderConfig> ResolveProvider(const Config& config, const ProviderName& name,
                                              const hcl::SourceRange& user, hcl::Diagnostics& diagnostics) {
  const Config* at = &config;
  ProviderName wanted = name;
  for (;;) {
    const auto block = at->module->providers.find(wanted.ToString());
    const std::string provider = registry::ToString(ProviderOf(*at->module, wanted.name));
    if (block != at->module->providers.end()) {
      return ProviderConfig{state::ProviderConfigAddress(at->path, provider, wanted.alias), at,
                            &block->second};
    }
    if (at->parent == nullptr) {
      if (wanted.alias.empty())
        return ProviderConfig{state::ProviderConfigAddress(at->path, provider), at, nullptr};
      break;
    }
    const ProviderName* passed = nullptr;
    for (const auto& [in_child, in_parent] : at->call->providers) {
      if (in_child == wanted) passed = &in_parent;
    }
    if (passed != nullptr) {
      wanted = *passed;
    } else if (wanted.alias.empty()) {
      wanted.name = ParentName(*at, wanted.name);
    } else {
      break;
    }
    at = at->parent;
  }
  diagnostics.AddError(
      "Provider configuration not present",
      Format("There is no provider configuration {:?} that {} could use. Add a provider block of that name "
             "and alias, or pass one to the module in its \"providers\" argument.",
             name.ToString(), config.path.IsRoot() ? "the root module" : config.path.ToString()),
      user);
  return std::nullopt;
}

registry::ProviderRequirements NeededProviders(const Config& root, hcl::Diagnostics& diagnostics) {
  NeedCollector collector(diagnostics);
  root.Visit([&](const Config& config) { collector.Collect(config); });
  return collector.Take();
}

}  // namespace cairn::config
