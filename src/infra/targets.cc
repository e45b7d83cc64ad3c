#include "infra/targets.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace cairn::infra {
namespace {

using graph::NodeIndex;
using state::Target;

// Whether a target means some instances of what the block stands for.
bool MeansSome(const Target& target, const state::ConfigResource& resource) {
  if (target.kind != Target::Kind::kModule) {
    return target.module.path() == resource.module && target.resource == resource.resource;
  }
  const std::vector<std::string>& names = target.module.path().names();
  const std::vector<std::string>& others = resource.module.names();
  return names.size() <= others.size() && std::equal(names.begin(), names.end(), others.begin());
}

bool IsRootOutput(const Object& object) {
  return object.kind == ObjectKind::kOutput && object.config->path.IsRoot();
}

}  // namespace

Targets::Targets(const std::vector<Target>& targets, const ConfigGraph& graph, const state::State& state)
    : targets_(targets), meant_(graph.objects.size()) {
  if (everything()) return;
  std::vector<NodeIndex> roots;
  for (NodeIndex node = 0; node < graph.objects.size(); ++node) {
    const Object& object = graph.objects[node];
    if (object.kind == ObjectKind::kVariable && object.config->path.IsRoot()) roots.push_back(node);
    if (object.kind != ObjectKind::kResource) continue;
    const state::ConfigResource resource{object.config->path, object.resource->name};
    meant_[node] =
        std::ranges::any_of(targets_, [&](const Target& target) { return MeansSome(target, resource); });
    if (meant_[node]) roots.push_back(node);
  }
  for (const state::InstanceAddress& address : DestroyedWith(*this, state)) {
    const auto provider = graph.FindProvider(state.Find(address.resource_address())->provider);
    if (provider) roots.push_back(*provider);
  }
  nodes_ = graph.graph.Reachable(roots);
  AddOutputs(graph);
}

void Targets::AddOutputs(const ConfigGraph& graph) {
  std::vector<NodeIndex> outputs;
  for (NodeIndex node = 0; node < graph.objects.size(); ++node) {
    if (!IsRootOutput(graph.objects[node])) continue;
    const std::vector<bool> needs = graph.graph.Reachable(std::vector<NodeIndex>{node});
    bool some = false, all = true;
    for (NodeIndex other = 0; other < graph.objects.size(); ++other) {
      if (!needs[other] || graph.objects[other].kind != ObjectKind::kResource) continue;
      some = true;
      all = all && nodes_[other];
    }
    if (some && all) outputs.push_back(node);
  }
  const std::vector<bool> more = graph.graph.Reachable(outputs);
  for (NodeIndex node = 0; node < nodes_.size(); ++node) nodes_[node] = nodes_[node] || more[node];
}

bool Targets::Means(const state::InstanceAddress& instance) const {
  return everything() ||
         std::ranges::any_of(targets_, [&](const Target& target) { return target.Contains(instance); });
}

bool Targets::Wants(NodeIndex node, const state::InstanceAddress& instance) const {
  return everything() || (Wants(node) && (!meant_[node] || Means(instance)));
}

std::vector<state::InstanceAddress> DestroyedWith(const Targets& targets, const state::State& state) {
  using state::InstanceAddress;
  std::vector<InstanceAddress> found;
  std::unordered_set<InstanceAddress, state::AddressHash> seen;
  const auto add = [&](const InstanceAddress& address) {
    if (seen.insert(address).second) found.push_back(address);
  };
  // Instances by what they need: of their own module, where it is in the same instance of it, and of others.
  std::unordered_map<state::ResourceAddress, std::vector<InstanceAddress>, state::AddressHash> beside;
  std::unordered_map<state::ConfigResource, std::vector<InstanceAddress>, state::AddressHash> elsewhere;
  for (const auto& [resource, content] : state.resources) {
    for (const auto& [key, instance] : content.instances) {
      const InstanceAddress address{resource.module, resource.resource, key};
      if (targets.Means(address)) add(address);
      if (!instance.current) continue;
      for (const state::ConfigResource& needed : instance.current->dependencies) {
        const bool is_beside = needed.module == resource.module.path();
        if (is_beside) beside[{resource.module, needed.resource}].push_back(address);
        if (!is_beside) elsewhere[needed].push_back(address);
      }
    }
  }
  const auto add_users = [&](auto& users, const auto& needed) {
    const auto entry = users.extract(needed);
    if (entry) std::ranges::for_each(entry.mapped(), add);
  };
  for (size_t i = 0; i < found.size(); ++i) {
    const state::ResourceAddress resource = found[i].resource_address();
    add_users(beside, resource);
    add_users(elsewhere, resource.config());
  }
  return found;
}

}  // namespace cairn::infra
