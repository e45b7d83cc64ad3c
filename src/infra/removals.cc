#include "infra/removals.h"

#include "base/strings.h"

namespace cairn::infra {
namespace {

state::ModulePath Below(const state::ModulePath& path, const state::ModulePath& relative) {
  state::ModulePath joined = path;
  for (const std::string& name : relative.names()) joined = joined.Child(name);
  return joined;
}

// That is in the configuration still.
void CheckGone(const config::Config& root, const state::ConfigResource& from, bool is_module,
               hcl::Diagnostics& diagnostics) {
  const config::Config* config = root.Find(from.module);
  if (config == nullptr) return;
  const auto report = [&](std::string_view noun, const std::string& address, const hcl::SourceRange& range) {
    diagnostics.AddError(
        Format("Removed {} still exists", noun),
        Format("This statement declares that {} was removed, but it is still declared in configuration.",
               address),
        range);
  };
  if (is_module) return report("module", from.module.ToString(), config->call->range);
  const auto resource = config->module->resources.find(from.resource);
  if (resource == config->module->resources.end()) return;
  report("resource", from.ToString(), resource->second.range);
}

}  // namespace

Removals::Removals(const config::Config& root, hcl::Diagnostics& diagnostics) {
  root.Visit([&](const config::Config& config) {
    for (const config::Removed& removed : config.module->removed) {
      const state::ModulePath module = Below(config.path, removed.module);
      const state::ConfigResource from{module, removed.resource.value_or(state::ResourceName())};
      CheckGone(root, from, !removed.resource, diagnostics);
      if (removed.destroy) continue;
      if (removed.resource) {
        resources_.insert(from);
      } else {
        modules_.insert(module);
      }
    }
  });
}

bool Removals::IsForgotten(const state::ConfigResource& resource) const {
  if (resources_.contains(resource)) return true;
  if (modules_.empty()) return false;
  for (state::ModulePath module = resource.module; !module.IsRoot(); module = module.Parent()) {
    if (modules_.contains(module)) return true;
  }
  return false;
}

void WarnOfForgotten(const plan::Plan& plan, hcl::Diagnostics& diagnostics) {
  std::string list;
  for (const plan::ResourceChange& change : plan.resources) {
    if (change.change.action == plan::Action::kForget) list += Format("\n - {}", change.address.ToString());
  }
  if (list.empty()) return;
  diagnostics.AddWarning("Some objects will no longer be managed by Terraform",
                         "If you apply this plan, Terraform will discard its tracking information for the "
                         "following objects, but "
                         "it will not delete them:" +
                             list +
                             "\n\nAfter applying this plan, Terraform will no longer manage these objects. "
                             "You will need to import "
                             "them into Terraform to manage them again.");
}

}  // namespace cairn::infra
