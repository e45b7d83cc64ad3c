#pragma once

// What -target leaves of a configuration and a state.

#include <vector>

#include "infra/config_graph.h"
#include "plan/plan.h"
#include "state/state.h"

namespace cairn::infra {

// All must outlive it.
class Targets {
 public:
  // No `targets`: everything. `state` is the one before planning.
  Targets(const std::vector<state::Target>& targets, const ConfigGraph& graph, const state::State& state);

  bool everything() const { return targets_.empty(); }
  // Whether a node has to be looked at: what is meant, all that needs, and outputs of nothing else.
  bool Wants(graph::NodeIndex node) const { return everything() || (node < nodes_.size() && nodes_[node]); }
  // Of a node that is wanted: whether this instance is. Where instances are named the others are not, even if
  // something needs them.
  bool Wants(graph::NodeIndex node, const state::InstanceAddress& instance) const;
  // Whether it is meant itself.
  bool Means(const state::InstanceAddress& instance) const;

 private:
  void AddOutputs(const ConfigGraph& graph);

  const std::vector<state::Target>& targets_;
  std::vector<bool> meant_;  // by node: resources of which something is named
  std::vector<bool> nodes_;
};

// The instances of `state` that go when those that `targets` mean are destroyed: they, and all that needs
// them.
std::vector<state::InstanceAddress> DestroyedWith(const Targets& targets, const state::State& state);

}  // namespace cairn::infra
