// Data that is read only when what it waits for has been changed: what `depends_on` names, at the data or at
// a call of a module around it, and the managed resources that it refers to.

#include <algorithm>

#include "infra/planner_state.h"

namespace cairn::infra {

using graph::NodeIndex;
using state::ConfigResource;
using state::ResourceAddress;
using state::ResourceMode;

bool Planner::HasPendingDependency(const Instance& data) {
  if (options_.mode == plan::Mode::kRefreshOnly) return false;
  const ConfigGraph& graph = operation_.input().graph;
  const auto is_pending = [&](NodeIndex node) { return IsPending(node, data); };
  if (std::ranges::any_of(graph.objects[data.node].depends_on, is_pending)) return true;
  for (const NodeIndex node : graph.graph.needs(data.node)) {
    const Object& object = graph.objects[node];
    const bool is_resource = object.kind == ObjectKind::kResource;
    if (is_resource && object.resource->name.mode() == ResourceMode::kManaged && is_pending(node))
      return true;
  }
  for (const config::Config* config = data.run->config; config->parent != nullptr; config = config->parent) {
    if (std::ranges::any_of(graph.objects[graph.calls.at(config)].depends_on, is_pending)) return true;
  }
  return false;
}

// A resource is so by itself, a module with all that it needs.
bool Planner::IsPending(NodeIndex node, const Instance& data) {
  const auto has_changes = [&](const ConfigResource& resource) { return HasChanges(resource, data); };
  const Object& object = operation_.input().graph.objects[node];
  if (object.kind != ObjectKind::kResource) {
    return std::ranges::any_of(operation_.DependenciesOf(node), has_changes);
  }
  return has_changes({object.config->path, object.resource->name});
}

// Data changes nothing. In the data's own module only the same instance of the module counts.
bool Planner::HasChanges(const ConfigResource& resource, const Instance& data) {
  if (resource.resource.mode() != ResourceMode::kManaged) return false;
  const bool is_own = resource.module == data.run->config->path;
  const auto counts = [&](const state::ModuleInstance& module) {
    return !is_own || module == data.run->address;
  };
  const auto changed = pending_.find(resource);
  if (changed != pending_.end() && std::ranges::any_of(changed->second, counts)) return true;
  return std::ranges::any_of(Remembered(resource), [&](const ResourceAddress* address) {
    return counts(address->module) && HasOrphans(*address);
  });
}

bool Planner::HasOrphans(const ResourceAddress& address) const {
  return std::ranges::any_of(state_.Find(address)->instances, [&](const auto& entry) {
    return IsOrphan({address.module, address.resource, entry.first}, entry.second);
  });
}

const std::vector<const ResourceAddress*>& Planner::Remembered(const ConfigResource& resource) {
  if (remembered_.empty()) {
    for (const auto& [address, state] : state_.resources) remembered_[address.config()].push_back(&address);
  }
  return remembered_[resource];
}

}  // namespace cairn::infra
