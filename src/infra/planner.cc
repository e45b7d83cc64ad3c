#include "infra/planner.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "infra/object_values.h"
#include "infra/planner_state.h"
#include "infra/relevance.h"
#include "state/object_value.h"

namespace cairn::infra {
namespace {

using graph::NodeIndex;
using hcl::Value;
using plan::Action;
using plan::ActionReason;

}  // namespace

Planner::Planner(const OperationInput& input, const state::State& state, const Moves& moves,
                 PlanOptions options)
    : operation_(input, /*validating=*/false),
      state_(state),
      moves_(moves),
      removals_(input.config, operation_.diagnostics()),
      options_(std::move(options)),
      targets_(options_.targets, input.graph, state),
      refreshed_(state),
      expanded_(input.graph.objects.size()) {
  plan_.mode = options_.mode;
  plan_.timestamp = options_.timestamp;
  plan_.force_replace = options_.force_replace;
  plan_.targets = options_.targets;
}

net::Task<PlanOutcome> Planner::Run() {
  const OperationInput& input = operation_.input();
  const bool removed = !operation_.diagnostics().has_errors();  // what is said to be
  if (!CheckTypesOfMoves() || !CheckTargetsOfMoves() || !removed) {
    WarnOfOptions();
    co_return PlanOutcome{.made = false, .diagnostics = std::move(operation_.diagnostics())};
  }
  const NodeWork work = [this](NodeIndex node) { return PlanNode(node); };
  const bool walked = co_await WalkGraph(input.loop, input.graph.graph, work);
  // Where something failed, the rest is still planned: it is shown with the errors.
  const bool done = co_await PlanOrphans();
  co_await ephemerals_.CloseAll();
  if (!MovesAreRight()) {
    WarnOfOptions();
    co_return PlanOutcome{.made = false, .diagnostics = std::move(operation_.diagnostics())};
  }
  PlanOutputs();
  co_return Finish(walked && done);
}

net::Task<bool> Planner::PlanNode(NodeIndex node) {
  const Object& object = operation_.input().graph.objects[node];
  if (!targets_.Wants(node)) co_return true;
  switch (object.kind) {
    case ObjectKind::kProvider:
      co_return co_await operation_.ConfigureProvider(object, /*must_be_known=*/options_.import.has_value());
    case ObjectKind::kResource:
      co_return co_await PlanResource(node);
    case ObjectKind::kCheck:
      operation_.CheckBlock(object);
      co_return true;
    default:
      co_return Evaluate(object);
  }
}

bool Planner::Evaluate(const Object& object) {
  if (options_.mode != plan::Mode::kDestroy || object.kind == ObjectKind::kVariable) {
    return operation_.evaluator().Evaluate(object, operation_.diagnostics());
  }
  // Only configurations of providers read this, and what has been destroyed has no values.
  hcl::Diagnostics unused;
  operation_.evaluator().Evaluate(object, unused);
  return true;
}

net::Task<bool> Planner::PlanResource(NodeIndex node) {
  std::vector<Instance> instances;
  expanded_[node] = true;
  const Object& object = operation_.input().graph.objects[node];
  if (object.is_absent && !IsToGenerate(object)) co_return true;
  if (object.is_absent && !MayGenerate(object)) co_return false;
  for (ModuleRun* run : operation_.evaluator().RunsOf(*object.config)) {
    std::optional<std::vector<Instance>> some = operation_.InstancesOf(node, *run);
    if (!some) {
      expanded_[node] = false;
      continue;
    }
    for (Instance& instance : *some) {
      planned_.insert(instance.address);
      instances.push_back(std::move(instance));
    }
  }
  if (!FindImports(node)) co_return false;
  const bool ok = co_await PlanInstances(instances);
  co_return ok&& expanded_[node];
}

net::Task<bool> Planner::PlanInstances(std::vector<Instance>& instances) {
  bool ok = true;
  net::TaskGroup group(operation_.input().loop);
  for (Instance& instance : instances) {
    if (targets_.Wants(instance.node, instance.address)) {
      group.Spawn(PlanOne(std::move(instance), ok));
    } else {
      KeepUntargeted(instance);
    }
  }
  co_await group.Empty();
  co_return ok;
}

net::Task<void> Planner::PlanOne(Instance instance, bool& ok) {
  if (operation_.IsHalted()) {
    ok = false;
    co_return;
  }
  const bool planned = co_await PlanInstance(instance);
  if (!planned) ok = false;
}

// An instance beside those that -target names is what the state says it is.
void Planner::KeepUntargeted(const Instance& instance) {
  const state::ObjectRef object = state_.FindCurrent(instance.address);
  if (!object) return;
  const auto value = state::DecodeAttributes(*object, instance.schema->block->type);
  if (!value) return;  // of another version of the schema: it stays unknown
  instance.run->resources.at(instance.resource->name)
      .Set(instance.address.key, WithSchemaMarks(*instance.schema->block, *value));
}

bool Planner::IsOrphan(const state::InstanceAddress& address, const state::InstanceState& instance) const {
  return (!planned_.contains(address) || !instance.deposed.empty()) && IsMeant(address);
}

bool Planner::IsMeant(const state::InstanceAddress& address) const {
  if (targets_.everything()) return true;
  const auto node = NodeOf(address.module, address.resource);
  return node ? targets_.Wants(*node, address) : targets_.Means(address);
}

// What the state has and the configuration does not.
std::vector<state::InstanceAddress> Planner::Orphans() const {
  const bool destroys = options_.mode == plan::Mode::kDestroy;
  if (destroys && !targets_.everything()) return DestroyedWith(targets_, state_);
  std::vector<state::InstanceAddress> orphans;
  for (const auto& [resource_address, resource] : state_.resources) {
    const auto node = NodeOf(resource_address.module, resource_address.resource);
    if (node && !expanded_[*node]) continue;  // which instances it is to have is not known
    for (const auto& [key, instance] : resource.instances) {
      const state::InstanceAddress address{resource_address.module, resource_address.resource, key};
      if (destroys || IsOrphan(address, instance)) orphans.push_back(address);
    }
  }
  return orphans;
}

net::Task<bool> Planner::PlanOrphans() {
  bool ok = true;
  if (options_.import) co_return ok;
  net::TaskGroup group(operation_.input().loop);
  for (const state::InstanceAddress& address : Orphans()) {
    const bool configured = planned_.contains(address) && options_.mode != plan::Mode::kDestroy;
    const ActionReason reason = configured ? ActionReason::kNone : ReasonToDelete(address);
    group.Spawn(PlanOrphan(address, state_.Find(address.resource_address())->provider, reason, ok));
  }
  co_await group.Empty();
  co_return ok;
}

net::Task<void> Planner::PlanOrphan(state::InstanceAddress address,
                                    state::ProviderConfigAddress provider_address, ActionReason reason,
                                    bool& ok) {
  const bool configured = planned_.contains(address) && options_.mode != plan::Mode::kDestroy;
  const state::InstanceState& instance = *state_.Find(address);
  if (address.resource.mode() == state::ResourceMode::kData) {
    refreshed_.Remove(address);
    co_return;
  }
  provider::Provider* provider = operation_.input().providers.Find(provider_address);
  const auto schema = operation_.input().schemas.FindResource(provider_address.provider(), address.resource);
  if (provider == nullptr || !schema) {
    operation_.diagnostics().AddError(
        "Provider configuration not present",
        Format("To work with {} its original provider configuration at {} is required, but it has been "
               "removed. This occurs "
               "when a provider configuration is removed while objects created by that provider still exist "
               "in the state. "
               "Re-add the provider configuration to destroy {}, after which you can remove the provider "
               "configuration again.",
               address.ToString(), provider_address.ToString(), address.ToString()));
    ok = false;
    co_return;
  }
  const std::string current;
  if (instance.current && !configured) {
    const bool done = co_await PlanDelete(address, current, instance.current, *provider, **schema,
                                          provider_address, reason);
    if (!done) ok = false;
  }
  for (const auto& [key, object] : instance.deposed) {
    const bool done =
        co_await PlanDelete(address, key, object, *provider, **schema, provider_address, ActionReason::kNone);
    if (!done) ok = false;
  }
}

std::optional<NodeIndex> Planner::NodeOf(const state::ModuleInstance& module,
                                         const state::ResourceName& resource) const {
  const OperationInput& input = operation_.input();
  const config::Config* config = input.config.Find(module.path());
  return config == nullptr ? std::nullopt : input.graph.FindResource(*config, resource);
}

ActionReason Planner::ReasonToDelete(const state::InstanceAddress& address) const {
  if (options_.mode == plan::Mode::kDestroy) return ActionReason::kNone;
  const OperationInput& input = operation_.input();
  const auto node = NodeOf(address.module, address.resource);
  if (!node) {
    return moves_.previous.contains(address) ? ActionReason::kDeleteBecauseNoMoveTarget
                                             : ActionReason::kDeleteBecauseNoResourceConfig;
  }
  if (FindRun(operation_.evaluator().root(), address.module) == nullptr) {
    return ActionReason::kDeleteBecauseNoModule;
  }
  const config::Resource& resource = *input.graph.objects[*node].resource;
  switch (address.key.kind()) {
    case state::InstanceKey::Kind::kNone:
      return resource.count || resource.for_each ? ActionReason::kDeleteBecauseWrongRepetition
                                                 : ActionReason::kDeleteBecauseNoModule;
    case state::InstanceKey::Kind::kInt:
      return resource.count ? ActionReason::kDeleteBecauseCountIndex
                            : ActionReason::kDeleteBecauseWrongRepetition;
    case state::InstanceKey::Kind::kString:
      return resource.for_each ? ActionReason::kDeleteBecauseEachKey
                               : ActionReason::kDeleteBecauseWrongRepetition;
  }
  return ActionReason::kNone;
}

void Planner::PlanOutputs() {
  const bool destroys = options_.mode == plan::Mode::kDestroy;
  const ModuleRun& root = operation_.evaluator().root();
  for (const auto& [name, output] : root.config->module->outputs) {
    if (output.ephemeral) continue;
    if (!targets_.everything() && (destroys || !root.outputs.contains(name))) continue;
    const auto before = state_.outputs.find(name);
    const bool existed = before != state_.outputs.end();
    if (destroys && !existed) continue;
    const auto planned = root.outputs.find(name);
    if (planned == root.outputs.end() && !destroys) continue;  // something that it needs failed
    plan::OutputChange change{.name = name,
                              .sensitive = output.sensitive || (existed && before->second.sensitive)};
    if (existed) change.change.before = before->second.value;
    if (destroys) {
      change.change.action = Action::kDelete;
    } else {
      change.change.after = planned->second.WithoutMarksWithin();
      const bool same = existed && change.change.before == change.change.after &&
                        before->second.sensitive == output.sensitive;
      change.change.action = !existed ? Action::kCreate : same ? Action::kNoOp : Action::kUpdate;
      if (!existed && change.change.after.IsNull()) change.change = {.action = Action::kNoOp};
    }
    plan_.outputs.push_back(std::move(change));
  }
  for (const auto& [name, output] : state_.outputs) {
    if (root.config->module->outputs.contains(name) || !targets_.everything()) continue;
    plan_.outputs.push_back({.name = name,
                             .change = {.action = Action::kDelete, .before = output.value},
                             .sensitive = output.sensitive});
  }
  std::ranges::sort(plan_.outputs, {}, &plan::OutputChange::name);
}

void Planner::WarnOfOptions() {
  if (!targets_.everything()) {
    operation_.diagnostics().AddWarning(
        "Resource targeting is in effect",
        "You are creating a plan with the -target option, which means that the result of this plan may not "
        "represent all of the changes requested by the current configuration.\n\nThe -target option is not "
        "for "
        "routine use, and is provided only for exceptional situations such as recovering from errors or "
        "mistakes, or when Terraform specifically suggests to use it as part of an error message.");
  }
  for (const state::InstanceAddress& asked : options_.force_replace) {
    if (asked.key || planned_.contains(asked)) continue;
    std::vector<state::InstanceAddress> meant;
    for (const state::InstanceAddress& one : planned_) {
      if (one.resource_address() == asked.resource_address()) meant.push_back(one);
    }
    if (meant.empty()) continue;
    std::ranges::sort(meant);
    std::string flags;
    for (const state::InstanceAddress& one : meant) flags += Format("\n  -replace={:?}", one.ToString());
    operation_.diagnostics().AddWarning(
        "Incompletely-matched force-replace resource instance",
        Format(
            "Your force-replace request for {} doesn't match any resource instances because it lacks an "
            "instance key.\n\nTo force replacement of particular instances, use one or more of the following "
            "options instead:{}",
            asked.ToString(), flags));
  }
}

// As they were given, or by default: applying the plan converts them once more.
void Planner::RememberVariables() {
  const GivenVariables& given = operation_.input().variables;
  hcl::Diagnostics reported_before;
  for (const auto& [name, variable] : operation_.evaluator().root().config->module->variables) {
    Value value;
    if (const auto one = given.find(name); one != given.end()) {
      value =
          one->second.is_text ? ReadVariableText(variable, one->second, reported_before) : one->second.value;
    } else if (variable.default_value) {
      value = *variable.default_value;
    } else {
      continue;
    }
    plan_.variables.push_back({name, value.WithoutMarksWithin(), variable.sensitive, variable.ephemeral});
  }
}

void Planner::FindRelevance() {
  Relevance relevance(operation_.input().config, operation_.input().schemas);
  for (const plan::ResourceChange& change : plan_.resources) {
    if (change.change.action != Action::kNoOp) relevance.AddResource(change.address);
  }
  for (const plan::OutputChange& change : plan_.outputs) {
    if (change.change.action != Action::kNoOp) relevance.AddOutput({}, change.name);
  }
  // Outputs of other modules are remembered by no state: they are always new.
  operation_.input().config.Visit([&](const config::Config& config) {
    if (config.parent == nullptr) return;
    for (const ModuleRun* run : operation_.evaluator().RunsOf(config)) {
      for (const auto& [name, value] : run->outputs) relevance.AddOutput(run->address, std::string(name));
    }
  });
  plan_.relevant_attributes = relevance.Find();
}

PlanOutcome Planner::Finish(bool ok) {
  WarnOfOptions();
  std::ranges::sort(plan_.resources, [](const plan::ResourceChange& a, const plan::ResourceChange& b) {
    const auto order = a.address <=> b.address;
    return order == 0 ? a.deposed < b.deposed : order < 0;
  });
  std::ranges::sort(plan_.drift, {}, &plan::ResourceChange::address);
  RememberVariables();
  plan_.checks = operation_.evaluator().checks().All();
  FindRelevance();
  plan_.errored = !ok || operation_.diagnostics().has_errors();
  WarnOfForgotten(plan_, operation_.diagnostics());
  const auto acts = [](const auto& change) { return change.change.action != Action::kNoOp; };
  const bool changes = std::ranges::any_of(plan_.resources,
                                           [&](const auto& one) {
                                             return acts(one) || one.IsMoved() || one.change.importing;
                                           }) ||
                       std::ranges::any_of(plan_.outputs, acts);
  const bool found_drift =
      options_.mode == plan::Mode::kRefreshOnly && std::ranges::any_of(plan_.drift, acts);
  plan_.applyable = !plan_.errored && (changes || found_drift);
  plan_.complete = !plan_.errored && targets_.everything();
  std::vector<GeneratedConfig> generated;
  for (auto& [address, one] : generated_) generated.push_back(std::move(one));
  return {.plan = std::move(plan_),
          .refreshed = std::move(refreshed_),
          .generated = std::move(generated),
          .diagnostics = std::move(operation_.diagnostics())};
}

net::Task<PlanOutcome> MakePlan(OperationInput input, const state::State& state, PlanOptions options) {
  state::State moved = state;
  const Moves moves = options.import ? Moves() : ApplyMoves(input.config, moved);
  Planner planner(input, moved, moves, std::move(options));
  co_return co_await planner.Run();
}

}  // namespace cairn::infra
