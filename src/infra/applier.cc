#include "infra/applier.h"

#include <utility>

#include "base/strings.h"
#include "infra/applier_state.h"
#include "infra/object_values.h"
#include "plan/checks.h"

namespace cairn::infra {
namespace {

using graph::NodeIndex;
using plan::Action;

}  // namespace

Applier::Applier(const OperationInput& input, const plan::Plan& plan, const state::State& state,
                 ApplyOptions options)
    : operation_(input, /*validating=*/false),
      plan_(plan),
      targets_(plan.targets, input.graph, state),
      options_(std::move(options)),
      state_(state) {
  operation_.evaluator().checks().Continue(plan.checks);
}

net::Task<ApplyOutcome> Applier::Run() {
  BuildGraph();
  const NodeWork work = [this](NodeIndex node) { return ApplyNode(node); };
  bool ok = true;
  for (const auto& cycle : graph_.Cycles()) {
    std::string names;
    for (const NodeIndex node : cycle) {
      const bool destroys = destroys_.contains(node);
      const std::string name = destroys ? destroys_.at(node)[0]->address.ToString() + " (destroy)"
                                        : operation_.input().graph.objects[node].ToString();
      names += (names.empty() ? "" : ", ") + name;
    }
    operation_.diagnostics().AddError("Cycle: " + names, "");
    ok = false;
  }
  if (ok && RememberMoves() && RememberImports()) {
    co_await WalkGraph(operation_.input().loop, graph_, work);
    co_await ephemerals_.CloseAll();
    SetOutputs();
  }
  WarnOfTargets(plan_, operation_.diagnostics());
  state_.check_results = plan::ToStateChecks(operation_.evaluator().checks().All());
  co_return ApplyOutcome{.state = std::move(state_),
                         .diagnostics = std::move(operation_.diagnostics()),
                         .added = added_,
                         .changed = changed_,
                         .destroyed = destroyed_,
                         .imported = imported_};
}

net::Task<bool> Applier::ApplyNode(NodeIndex node) {
  if (!kept_[node]) co_return true;
  const auto destroys = destroys_.find(node);
  if (destroys != destroys_.end()) co_return co_await Destroy(destroys->second);
  const Object& object = operation_.input().graph.objects[node];
  switch (object.kind) {
    case ObjectKind::kProvider:
      co_return co_await operation_.ConfigureProvider(object);
    case ObjectKind::kResource:
      co_return co_await ApplyResource(node);
    case ObjectKind::kCheck:
      operation_.CheckBlock(object);
      co_return true;
    default:
      co_return operation_.evaluator().Evaluate(object, operation_.diagnostics());
  }
}

net::Task<bool> Applier::ApplyResource(NodeIndex node) {
  if (operation_.input().graph.objects[node].is_absent) co_return co_await ApplyGenerated(node);
  const std::vector<ModuleRun*> runs =
      operation_.evaluator().RunsOf(*operation_.input().graph.objects[node].config);
  bool ok = true;
  for (ModuleRun* run : runs) {
    std::optional<std::vector<Instance>> instances = operation_.InstancesOf(node, *run);
    if (!instances) {
      ok = false;
      continue;
    }
    net::TaskGroup group(operation_.input().loop);
    for (Instance& instance : *instances) group.Spawn(ApplyOne(std::move(instance), ok));
    co_await group.Empty();
  }
  co_return ok;
}

// What is imported and had no block when it was planned has the one that was written for it.
net::Task<bool> Applier::ApplyGenerated(NodeIndex node) {
  const Object& object = operation_.input().graph.objects[node];
  const auto change = changes_.find({{}, object.resource->name, {}});
  if (change == changes_.end() || change->second->change.generated_config.empty()) co_return true;
  std::optional<std::vector<Instance>> instances =
      operation_.InstancesOf(node, operation_.evaluator().root());
  const auto module = config::ReadModule("generated configuration", change->second->change.generated_config,
                                         operation_.diagnostics());
  const auto resource = module->resources.find(object.resource->name);
  if (!instances || resource == module->resources.end()) co_return false;
  Instance& instance = instances->at(0);
  instance.resource = &resource->second;
  bool ok = true;
  net::TaskGroup group(operation_.input().loop);
  group.Spawn(ApplyOne(std::move(instance), ok));
  co_await group.Empty();
  co_return ok;
}

net::Task<void> Applier::ApplyOne(Instance instance, bool& ok) {
  if (operation_.IsHalted()) {
    ok = false;
    co_return;
  }
  const bool applied = co_await ApplyInstance(instance);
  if (!applied) ok = false;
}

net::Task<bool> Applier::Destroy(const Changes& changes) {
  bool ok = true;
  net::TaskGroup group(operation_.input().loop);
  for (const plan::ResourceChange* change : changes) group.Spawn(DestroyOne(*change, ok));
  co_await group.Empty();
  co_return ok;
}

net::Task<void> Applier::DestroyOne(const plan::ResourceChange& change, bool& ok) {
  if (operation_.IsHalted()) {
    ok = false;
    co_return;
  }
  const bool destroyed = co_await DestroyObject(change);
  if (!destroyed) ok = false;
}

void Applier::SetOutputs() {
  const ModuleRun& root = operation_.evaluator().root();
  const auto before = state_.outputs;
  if (targets_.everything()) state_.outputs.clear();
  if (plan_.mode == plan::Mode::kDestroy) return;
  for (const auto& [name, output] : root.config->module->outputs) {
    const auto value = root.outputs.find(name);
    if (value == root.outputs.end()) {
      // Something that it needs failed, or is not meant.
      if (const auto old = before.find(name); old != before.end()) state_.outputs.insert(*old);
    } else if (!output.ephemeral && !value->second.IsNull()) {
      state_.outputs[name] = {KnownParts(value->second.WithoutMarksWithin()), output.sensitive};
    } else {
      state_.outputs.erase(name);
    }
  }
}

bool Applier::Remember(ObjectChange change) {
  if (change.deposed.empty()) {
    state_.SetCurrent(change.address, change.object, change.provider);
  } else {
    state_.SetDeposed(change.address, change.deposed, change.object, change.provider);
  }
  return WriteDown(change);
}

bool Applier::WriteDown(const ObjectChange& change) {
  if (!options_.remember) return true;
  const Result<> remembered = options_.remember(change);
  if (remembered) return true;
  operation_.diagnostics().AddError("Failed to save state",
                                    Format("What became of {} could not be written down: {}",
                                           change.address.ToString(), remembered.error().message));
  return false;
}

// Objects that moved are where they are now in the state, but not yet in what is remembered.
bool Applier::RememberMoves() {
  for (const bool before : {true, false}) {
    for (const plan::ResourceChange& change : plan_.resources) {
      if (!change.IsMoved()) continue;
      const state::InstanceState* instance = state_.Find(change.address);
      if (instance == nullptr) continue;
      ObjectChange remembered{.address = before ? change.previous_address : change.address,
                              .deposed = change.deposed,
                              .provider = state_.Find(change.address.resource_address())->provider};
      if (!before && change.deposed.empty()) remembered.object = instance->current;
      if (!before && !change.deposed.empty()) remembered.object = instance->deposed.at(change.deposed);
      if (!WriteDown(remembered)) return false;
    }
  }
  return true;
}

// The state has them since they were planned; from now on with what they need.
bool Applier::RememberImports() {
  for (const plan::ResourceChange& change : plan_.resources) {
    const auto& importing = change.change.importing;
    const state::ObjectRef found = state_.FindCurrent(change.address);
    if (!importing || !found) continue;
    auto object = std::make_shared<state::InstanceObject>(*found);
    object->dependencies = change.dependencies;
    object->create_before_destroy = change.create_before_destroy;
    if (!Remember({.address = change.address, .object = std::move(object), .provider = change.provider})) {
      return false;
    }
    operation_.input().observer.Imported(change.address, importing->id);
    ++imported_;
  }
  return true;
}

void WarnOfTargets(const plan::Plan& plan, hcl::Diagnostics& diagnostics) {
  if (plan.targets.empty()) return;
  diagnostics.AddWarning(
      "Applied changes may be incomplete",
      "The plan was created with the -target option in effect, so some changes requested in the "
      "configuration "
      "may have been ignored and the output values may not be fully updated. Run the following command to "
      "verify that no other changes are pending:\n    terraform plan\n\nNote that the -target option is not "
      "suitable for routine use, and is provided only for exceptional situations such as recovering from "
      "errors "
      "or mistakes, or when Terraform specifically suggests to use it as part of an error message.");
}

net::Task<ApplyOutcome> ApplyPlan(OperationInput input, const plan::Plan& plan, const state::State& state,
                                  ApplyOptions options) {
  Applier applier(input, plan, state, std::move(options));
  co_return co_await applier.Run();
}

}  // namespace cairn::infra
