// The order of an apply. To the graph of the configuration come nodes that destroy: one for each resource of
// which something goes. A resource's own node creates and updates.
//
//   what is destroyed goes after what needed it is destroyed
//   a replacement is made after the old object is destroyed, or, create_before_destroy, the old one is
//   destroyed after the new one, and all that needs it, are there what is updated because something that it
//   needed goes, is so after that, or before if that was create_before_destroy

#include "infra/applier_state.h"

namespace cairn::infra {

using graph::NodeIndex;
using plan::Action;

void Applier::BuildGraph() {
  graph_ = operation_.input().graph.graph;
  for (const plan::ResourceChange& change : plan_.resources) {
    if (change.deposed.empty()) changes_.emplace(change.address, &change);
  }
  AddDestroys();
  OrderDestroys();
  OrderReplacements();
  OrderMakers();
  Prune();
  graph_.Normalize();
}

void Applier::AddDestroys() {
  const OperationInput& input = operation_.input();
  for (const plan::ResourceChange& change : plan_.resources) {
    const Action action = change.change.action;
    if (action != Action::kDelete && action != Action::kForget && !plan::IsReplace(action)) continue;
    const auto [entry, added] = destroy_nodes_.try_emplace(change.address.config(), NodeIndex(0));
    if (added) entry->second = graph_.AddNode();
    destroys_[entry->second].push_back(&change);
    if (change.create_before_destroy) creates_first_.insert(entry->second);
    if (const auto provider = input.graph.FindProvider(change.provider)) graph_.Add(entry->second, *provider);
  }
}

void Applier::OrderDestroys() {
  for (const auto& [node, changes] : destroys_) {
    for (const plan::ResourceChange* change : changes) {
      const state::ObjectRef object = state_.FindCurrent(change->address);
      const auto& dependencies =
          object && change->deposed.empty() ? object->dependencies : change->dependencies;
      for (const state::ConfigResource& dependency : dependencies) {
        const auto destroy = destroy_nodes_.find(dependency);
        if (destroy != destroy_nodes_.end() && destroy->second != node) graph_.Add(destroy->second, node);
      }
    }
  }
}

// A resource's old objects and its new ones.
void Applier::OrderReplacements() {
  for (const auto& [resource, destroy] : destroy_nodes_) {
    const auto own = operation_.input().graph.resources.find(resource);
    if (own == operation_.input().graph.resources.end()) continue;
    if (creates_first_.contains(destroy)) {
      graph_.Add(destroy, own->second);
    } else {
      graph_.Add(own->second, destroy);
    }
  }
}

// What is made or updated, and what it needed or will need of which something goes.
void Applier::OrderMakers() {
  for (const plan::ResourceChange& change : plan_.resources) {
    const Action action = change.change.action;
    if (action != Action::kUpdate && action != Action::kCreate && !plan::IsReplace(action)) continue;
    const auto maker = operation_.input().graph.resources.find(change.address.config());
    if (maker == operation_.input().graph.resources.end()) continue;
    const auto order = [&](const std::vector<state::ConfigResource>& needed, bool until_now) {
      for (const state::ConfigResource& resource : needed) {
        const auto destroy = destroy_nodes_.find(resource);
        if (destroy == destroy_nodes_.end() || resource == change.address.config()) continue;
        if (creates_first_.contains(destroy->second)) {
          graph_.Add(destroy->second, maker->second);
        } else if (until_now) {
          graph_.Add(maker->second, destroy->second);
        }
      }
    };
    if (const state::ObjectRef object = state_.FindCurrent(change.address)) order(object->dependencies, true);
    order(change.dependencies, false);
  }
}

// When all is destroyed, only what configures providers is still evaluated.
void Applier::Prune() {
  kept_.assign(graph_.size(), true);
  for (NodeIndex node = 0; node < operation_.input().graph.objects.size(); ++node) {
    kept_[node] = targets_.Wants(node);
  }
  if (plan_.mode != plan::Mode::kDestroy) return;
  std::vector<NodeIndex> roots;
  for (const auto& [node, changes] : destroys_) {
    for (const plan::ResourceChange* change : changes) {
      if (const auto provider = operation_.input().graph.FindProvider(change->provider))
        roots.push_back(*provider);
    }
  }
  kept_ = operation_.input().graph.graph.Reachable(roots);
  kept_.resize(graph_.size(), true);
}

}  // namespace cairn::infra
