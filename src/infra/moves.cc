#include "infra/moves.h"

#include <map>
#include <memory>
#include <utility>

#include "state/address.h"

namespace cairn::infra {
namespace {

using state::InstanceAddress;
using state::InstanceKey;
using state::ModuleInstance;
using state::ModuleStep;
using state::ResourceName;
using state::ResourceState;

// What a state has in an instance of a module.
struct ModuleNode {
  std::map<ResourceName, ResourceState> resources = {};
  std::map<std::string, std::map<InstanceKey, std::unique_ptr<ModuleNode>>, std::less<>> children = {};

  ModuleNode& At(const ModuleInstance& module) {
    ModuleNode* at = this;
    for (const ModuleStep& step : module.steps()) {
      auto& child = at->children[step.name][step.key];
      if (!child) child = std::make_unique<ModuleNode>();
      at = child.get();
    }
    return *at;
  }
};

class Mover {
 public:
  Mover(Moves& moves, state::State& state) : moves_(moves), state_(state) {
    for (auto& [address, resource] : state.resources) {
      root_.At(address.module).resources.emplace(address.resource, std::move(resource));
    }
  }

  void Follow(size_t index) {
    const MoveStatement& statement = moves_.statements[index];
    statement_ = index;
    // A part of what is found may become something to be found: all is found first.
    std::vector<Found> found;
    Find(statement.from, root_, {}, found);
    for (const Found& one : found) {
      ModuleInstance declaring;
      for (size_t i = 0; i < statement.to.any_steps; ++i) {
        const ModuleStep& step = one.module.steps()[i];
        declaring = declaring.Child(step.name, step.key);
      }
      MoveEndpoint to = statement.to.In(declaring);
      if (to.kind == MoveKind::kCall) {
        const ModuleStep last = to.module.steps().back();
        to.module = to.module.Parent().Child(last.name, one.module.steps().back().key);
      }
      switch (to.kind) {
        case MoveKind::kCall:
        case MoveKind::kModule:
          MoveModules(one, to.module);
          break;
        case MoveKind::kResource:
          MoveResource(one, statement.from.resource, to);
          break;
        case MoveKind::kInstance:
          MoveInstance(one, {one.module, statement.from.resource, statement.from.key},
                       {to.module, to.resource, to.key});
          break;
      }
    }
  }

  void Finish() {
    state_.resources.clear();
    Collect(root_, {});
  }

 private:
  struct Found {
    ModuleInstance module;
    ModuleNode* node;
  };

  // The instances of modules that `from` may mean.
  void Find(const MoveEndpoint& from, ModuleNode& node, const ModuleInstance& at, std::vector<Found>& found) {
    const auto& steps = from.module.steps();
    const size_t depth = at.steps().size();
    if (depth == steps.size()) {
      found.push_back({at, &node});
      return;
    }
    const auto instances = node.children.find(steps[depth].name);
    if (instances == node.children.end()) return;
    const bool any = depth < from.any_steps || (from.kind == MoveKind::kCall && depth + 1 == steps.size());
    if (any) {
      for (auto& [key, child] : instances->second)
        Find(from, *child, at.Child(steps[depth].name, key), found);
    } else if (const auto child = instances->second.find(steps[depth].key);
               child != instances->second.end()) {
      Find(from, *child->second, at.Child(steps[depth].name, steps[depth].key), found);
    }
  }

  void MoveModules(const Found& from, const ModuleInstance& to) {
    std::vector<std::pair<Found, ModuleInstance>> all;
    AddAll(from, to, all);
    for (const auto& [one, wanted] : all) {
      ModuleNode& target = root_.At(wanted);
      if (!target.resources.empty()) {
        Block(one.module.ToString(), wanted.ToString());
        continue;
      }
      target.resources = std::exchange(one.node->resources, {});
      for (const auto& [name, resource] : target.resources)
        Record({one.module, name}, {wanted, name}, resource);
    }
  }

  // Each with where it goes.
  void AddAll(const Found& from, const ModuleInstance& to,
              std::vector<std::pair<Found, ModuleInstance>>& all) {
    if (!from.node->resources.empty()) all.emplace_back(from, to);
    for (auto& [name, instances] : from.node->children) {
      for (auto& [key, child] : instances) {
        AddAll({from.module.Child(name, key), child.get()}, to.Child(name, key), all);
      }
    }
  }

  void MoveResource(const Found& from, const ResourceName& name, const MoveEndpoint& to) {
    const auto resource = from.node->resources.find(name);
    if (resource == from.node->resources.end()) return;
    const state::ResourceAddress address{from.module, name};
    const state::ResourceAddress wanted{to.module, to.resource};
    auto& target = root_.At(to.module).resources;
    if (target.contains(to.resource)) {
      Block(address.ToString(), wanted.ToString());
      return;
    }
    Record(address, wanted, resource->second);
    ResourceState moved = std::move(resource->second);
    from.node->resources.erase(resource);
    target.emplace(to.resource, std::move(moved));
  }

  void MoveInstance(const Found& from, const InstanceAddress& address, const InstanceAddress& wanted) {
    const auto resource = from.node->resources.find(address.resource);
    if (resource == from.node->resources.end()) return;
    auto node = resource->second.instances.extract(address.key);
    if (node.empty()) return;
    auto& others = root_.At(wanted.module).resources;
    const auto existing = others.find(wanted.resource);
    if (existing != others.end() && existing->second.instances.contains(wanted.key)) {
      resource->second.instances.insert(std::move(node));
      Block(address.ToString(), wanted.ToString());
      return;
    }
    Record(address, wanted);
    const state::ProviderConfigAddress provider = resource->second.provider;
    if (resource->second.instances.empty()) from.node->resources.erase(resource);
    ResourceState& target = others[wanted.resource];
    if (target.instances.empty()) target.provider = provider;
    node.key() = wanted.key;
    target.instances.insert(std::move(node));
  }

  void Record(const state::ResourceAddress& from, const state::ResourceAddress& to,
              const ResourceState& resource) {
    for (const auto& [key, instance] : resource.instances) {
      Record({from.module, from.resource, key}, {to.module, to.resource, key});
    }
  }

  // Of several moves of one object the first begins it all.
  void Record(InstanceAddress from, const InstanceAddress& to) {
    if (!(from.resource.type() == to.resource.type())) {
      moves_.retyped[to] = statement_;
    } else if (const auto before = moves_.retyped.extract(from)) {
      moves_.retyped[to] = before.mapped();
    }
    if (auto before = moves_.previous.extract(from)) from = std::move(before.mapped());
    moves_.previous.insert_or_assign(to, std::move(from));
  }

  void Block(std::string what, std::string wanted) {
    moves_.blocked.emplace_back(std::move(what), std::move(wanted));
  }

  void Collect(ModuleNode& node, const ModuleInstance& module) {
    for (auto& [name, resource] : node.resources) {
      state_.resources.emplace(state::ResourceAddress{module, name}, std::move(resource));
    }
    for (auto& [name, instances] : node.children) {
      for (auto& [key, child] : instances) Collect(*child, module.Child(name, key));
    }
  }

  Moves& moves_;
  state::State& state_;
  ModuleNode root_;
  size_t statement_ = 0;  // that is followed
};

}  // namespace

const InstanceAddress& Moves::PreviousOf(const InstanceAddress& address) const {
  const auto found = previous.find(address);
  return found == previous.end() ? address : found->second;
}

Moves ApplyMoves(const config::Config& root, state::State& state) {
  Moves moves{.statements = FindMoveStatements(root, state)};
  const graph::Graph order = OrderMoves(moves.statements);
  if (moves.statements.empty() || !order.Cycles().empty()) return moves;
  Mover mover(moves, state);
  graph::Walk walk(order);
  while (const auto next = walk.Next()) {
    mover.Follow(*next);
    walk.Finish(*next);
  }
  mover.Finish();
  return moves;
}

}  // namespace cairn::infra
