#include "infra/move_statement.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace cairn::infra {
namespace {

using state::InstanceKey;
using state::ModuleInstance;
using state::ModuleStep;

MoveKind KindOf(const state::Target& target) {
  switch (target.kind) {
    case state::Target::Kind::kModule:
      return target.module.steps().back().key ? MoveKind::kModule : MoveKind::kCall;
    case state::Target::Kind::kResource:
      return MoveKind::kResource;
    case state::Target::Kind::kInstance:
      return MoveKind::kInstance;
  }
  return MoveKind::kInstance;
}

ModuleInstance Joined(const ModuleInstance& first, const std::vector<ModuleStep>& more) {
  std::vector<ModuleStep> steps = first.steps();
  steps.insert(steps.end(), more.begin(), more.end());
  return ModuleInstance(std::move(steps));
}

MoveEndpoint EndpointOf(const config::Config& config, const state::Target& target, MoveKind kind) {
  ModuleInstance declaring;
  for (const std::string& name : config.path.names()) declaring = declaring.Child(name);
  return {.kind = kind,
          .any_steps = config.path.names().size(),
          .module = Joined(declaring, target.module.steps()),
          .resource = target.resource,
          .key = target.key};
}

// Which statements are about a resource, for FindImplied.
using StatedResources =
    std::unordered_map<state::ConfigResource, std::vector<const MoveEndpoint*>, state::AddressHash>;

bool Selects(const MoveEndpoint& endpoint, const ModuleInstance& module) {
  const auto& steps = endpoint.module.steps();
  const auto& others = module.steps();
  return std::ranges::equal(steps.begin() + ptrdiff_t(endpoint.any_steps), steps.end(),
                            others.begin() + ptrdiff_t(endpoint.any_steps), others.end());
}

// A resource without `count` that has instance 0, or the other way round.
std::optional<MoveStatement> ImpliedBy(const config::Config& root, const state::ResourceAddress& address,
                                       const state::ResourceState& remembered) {
  const config::Config* config = root.Find(address.module.path());
  if (config == nullptr) return std::nullopt;
  const auto found = config->module->resources.find(address.resource);
  if (found == config->module->resources.end() || found->second.for_each) return std::nullopt;
  const config::Resource& resource = found->second;
  InstanceKey from = InstanceKey::Int(0), to;
  if (resource.count) std::swap(from, to);
  if (!remembered.instances.contains(from)) return std::nullopt;
  MoveEndpoint endpoint{.module = address.module, .resource = address.resource, .key = from};
  MoveStatement statement{.from = endpoint, .to = endpoint, .declaring = &root};
  statement.to.key = to;
  statement.range = resource.count ? resource.count.range() : resource.range;
  return statement;
}

// Statements by one of their ends, so that those that may mean the same objects are found without looking at
// all. Which keys may be any differs; for each of the few ways they do there is a group.
class EndpointIndex {
 public:
  void Add(const MoveEndpoint& endpoint, size_t statement) {
    auto& groups = paths_[endpoint.module.path()];
    const Mask mask = MaskOf(endpoint);
    auto group = std::ranges::find(groups, mask, &Group::mask);
    if (group == groups.end()) group = groups.insert(groups.end(), Group{.mask = mask});
    group->members.push_back({endpoint, statement});
  }

  // To be called once all have been added.
  template <typename Use>
  void ForEachLike(const MoveEndpoint& endpoint, const Use& use) {
    const auto groups = paths_.find(endpoint.module.path());
    if (groups == paths_.end()) return;
    const Mask own = MaskOf(endpoint);
    for (Group& group : groups->second) {
      const Mask both{std::max(own.any_steps, group.mask.any_steps), own.any_last || group.mask.any_last};
      const ByEndpoint& found = group.Under(both);
      const auto statements = found.find(Masked(endpoint, both));
      if (statements == found.end()) continue;
      for (const size_t statement : statements->second) use(statement);
    }
  }

 private:
  struct Hasher {
    size_t operator()(const MoveEndpoint& endpoint) const { return endpoint.Hash(); }
  };
  using ByEndpoint = std::unordered_map<MoveEndpoint, std::vector<size_t>, Hasher>;

  struct Mask {
    size_t any_steps = 0;
    bool any_last = false;
    bool operator==(const Mask&) const = default;
  };

  struct Group {
    Mask mask;
    std::vector<std::pair<MoveEndpoint, size_t>> members = {};
    std::vector<std::pair<Mask, ByEndpoint>> masked = {};

    const ByEndpoint& Under(const Mask& wanted) {
      for (const auto& [one, found] : masked) {
        if (one == wanted) return found;
      }
      ByEndpoint& made = masked.emplace_back(wanted, ByEndpoint()).second;
      for (const auto& [endpoint, statement] : members) made[Masked(endpoint, wanted)].push_back(statement);
      return made;
    }
  };

  static Mask MaskOf(const MoveEndpoint& endpoint) {
    return {endpoint.any_steps, endpoint.kind == MoveKind::kCall};
  }

  static MoveEndpoint Masked(const MoveEndpoint& endpoint, const Mask& mask) {
    std::vector<ModuleStep> steps = endpoint.module.steps();
    for (size_t i = 0; i < steps.size(); ++i) {
      if (i < mask.any_steps || (mask.any_last && i + 1 == steps.size())) steps[i].key = {};
    }
    MoveEndpoint masked = endpoint;
    if (IsModuleMove(masked.kind)) masked.kind = MoveKind::kModule;
    masked.any_steps = 0;
    masked.module = ModuleInstance(std::move(steps));
    return masked;
  }

  std::unordered_map<state::ModulePath, std::vector<Group>, state::AddressHash> paths_;
};

// Calls `use` with each end of a move that would take `endpoint` along.
template <typename Use>
void ForEachAround(const MoveEndpoint& endpoint, const Use& use) {
  const auto& steps = endpoint.module.steps();
  const size_t count = IsModuleMove(endpoint.kind) ? steps.size() - 1 : steps.size();
  for (size_t length = 1; length <= count; ++length) {
    use(MoveEndpoint{.kind = MoveKind::kModule,
                     .any_steps = std::min(endpoint.any_steps, length),
                     .module = ModuleInstance({steps.begin(), steps.begin() + ptrdiff_t(length)})});
  }
  if (endpoint.kind != MoveKind::kInstance) return;
  MoveEndpoint resource = endpoint;
  resource.kind = MoveKind::kResource;
  resource.key = {};
  use(resource);
}

// A move between instances of one module.
bool OnlyChangesKeys(const MoveStatement& statement) {
  return IsModuleMove(statement.from.kind) &&
         !(statement.from.kind == MoveKind::kCall && statement.to.kind == MoveKind::kCall) &&
         statement.from.module.path() == statement.to.module.path();
}

}  // namespace

MoveEndpoint MoveEndpoint::In(const ModuleInstance& declaring) const {
  MoveEndpoint absolute = *this;
  const auto& steps = module.steps();
  absolute.any_steps = 0;
  absolute.module = Joined(declaring, {steps.begin() + ptrdiff_t(any_steps), steps.end()});
  return absolute;
}

std::string MoveEndpoint::ToAddressString() const {
  if (IsModuleMove(kind)) return module.ToString();
  return state::InstanceAddress{module, resource, key}.ToString();
}

std::string MoveEndpoint::ToString() const {
  const auto& steps = module.steps();
  std::string out;
  for (size_t i = 0; i < any_steps; ++i) out += "module." + steps[i].name + "[*].";
  MoveEndpoint rest = *this;
  rest.module = ModuleInstance({steps.begin() + ptrdiff_t(any_steps), steps.end()});
  out += rest.ToAddressString();
  if (kind == MoveKind::kCall || kind == MoveKind::kResource) out += "[*]";
  return out;
}

size_t MoveEndpoint::Hash() const {
  size_t hash = module.Hash();
  for (const size_t more : {resource.Hash(), key.Hash(), size_t(kind)}) hash = hash * 31 + more;
  return hash;
}

std::vector<MoveStatement> FindMoveStatements(const config::Config& root, const state::State& state) {
  std::vector<MoveStatement> statements;
  root.Visit([&](const config::Config& config) {
    for (const config::Moved& moved : config.module->moved) {
      // What is no instance stands for all instances, unless the other end is one.
      MoveKind kind = KindOf(moved.from);
      const MoveKind other = KindOf(moved.to);
      if (other == MoveKind::kInstance || other == MoveKind::kModule) kind = other;
      statements.push_back({.from = EndpointOf(config, moved.from, kind),
                            .to = EndpointOf(config, moved.to, kind),
                            .declaring = &config,
                            .range = moved.range});
    }
  });
  StatedResources stated;
  for (const MoveStatement& statement : statements) {
    if (IsModuleMove(statement.from.kind)) continue;
    for (const MoveEndpoint* end : {&statement.from, &statement.to}) {
      stated[{end->module.path(), end->resource}].push_back(end);
    }
  }
  std::vector<MoveStatement> implied;
  for (const auto& [address, resource] : state.resources) {
    std::optional<MoveStatement> statement = ImpliedBy(root, address, resource);
    if (!statement) continue;
    const auto others = stated.find(address.config());
    const bool is_stated =
        others != stated.end() &&
        std::ranges::any_of(others->second, [&](const auto* end) { return Selects(*end, address.module); });
    if (!is_stated) implied.push_back(std::move(*statement));
  }
  statements.insert(statements.end(), implied.begin(), implied.end());
  return statements;
}

graph::Graph OrderMoves(const std::vector<MoveStatement>& statements) {
  graph::Graph graph(statements.size());
  EndpointIndex from, to;
  for (size_t i = 0; i < statements.size(); ++i) {
    from.Add(statements[i].from, i);
    to.Add(statements[i].to, i);
  }
  const auto add = [&](size_t later, size_t earlier) {
    if (later != earlier) graph.Add(graph::NodeIndex(later), graph::NodeIndex(earlier));
  };
  // One is about a part of what the other moves. What changes keys of a module from outside does not wait for
  // what is said inside, where both of its ends look the same.
  const auto add_nested = [&](size_t later, size_t earlier) {
    const MoveStatement& statement = statements[later];
    if (statement.to.any_steps < statements[earlier].to.any_steps && OnlyChangesKeys(statement)) return;
    add(later, earlier);
  };
  for (size_t i = 0; i < statements.size(); ++i) {
    to.ForEachLike(statements[i].from, [&](size_t other) { add(i, other); });
    for (const MoveEndpoint* end : {&statements[i].from, &statements[i].to}) {
      ForEachAround(*end, [&](const MoveEndpoint& around) {
        to.ForEachLike(around, [&](size_t other) { add_nested(i, other); });
        from.ForEachLike(around, [&](size_t other) { add_nested(other, i); });
      });
    }
  }
  graph.Normalize();
  return graph;
}

}  // namespace cairn::infra
