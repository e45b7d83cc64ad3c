#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/value_marks.h"
#include "infra/object_values.h"
#include "infra/planner_state.h"
#include "infra/proposal.h"
#include "infra/proposed_state.h"

namespace cairn::infra {
namespace {

using hcl::Value;
using plan::Action;
using plan::ActionReason;

}  // namespace

net::Task<bool> Planner::PlanInstance(const Instance& instance) {
  if (instance.address.resource.mode() == state::ResourceMode::kData) co_return co_await PlanData(instance);
  if (instance.address.resource.mode() == state::ResourceMode::kEphemeral) {
    co_return co_await ephemerals_.Open(instance);
  }
  co_return co_await PlanManaged(instance);
}

// What goes only because it needs what is meant is taken as it is remembered, and so is what is forgotten.
bool Planner::IsRefreshed(const state::InstanceAddress& address) const {
  if (options_.mode != plan::Mode::kRefreshOnly && removals_.IsForgotten(address.config())) return false;
  return options_.refresh && (IsMeant(address) || planned_.contains(address));
}

// What is not there has no value where nothing is to be made. When all is destroyed, it is as if it were yet
// to be made: unknown to configurations of providers, and data that depends on it is not read.
bool Planner::KeepPrior(const Instance& instance, const Prior& prior) {
  ResourceValues& values = instance.run->resources.at(instance.resource->name);
  const bool is_there = !prior.value.IsNull();
  if (is_there) values.Set(instance.address.key, prior.value);
  if (options_.mode != plan::Mode::kDestroy) {
    return !is_there || (MeetsPreconditions(instance) && MeetsPostconditions(instance, prior.value));
  }
  priors_.emplace(instance.address, prior);
  if (is_there) return true;
  values.Set(instance.address.key, Value::Unknown(instance.schema->block->type));
  pending_[instance.address.config()].insert(instance.run->address);
  return true;
}

// Of what is not to be changed it is only a warning that it is not as it should be, of what goes nothing is
// asked.
bool Planner::MeetsPreconditions(const Instance& instance) {
  return options_.mode == plan::Mode::kDestroy ||
         operation_.CheckPreconditions(instance, SeverityOfConditions());
}

bool Planner::MeetsPostconditions(const Instance& instance, const Value& self) {
  return options_.mode == plan::Mode::kDestroy ||
         operation_.CheckPostconditions(instance, self, SeverityOfConditions());
}

hcl::Severity Planner::SeverityOfConditions() const {
  return options_.mode == plan::Mode::kNormal ? hcl::Severity::kError : hcl::Severity::kWarning;
}

net::Task<bool> Planner::PlanManaged(const Instance& instance) {
  if (options_.import) co_return co_await PlanImport(instance);
  const state::ObjectRef object = state_.FindCurrent(instance.address);
  const std::string current;
  const auto imported = imports_.find(instance.address);
  Prior prior;
  if (imported != imports_.end() && !object) {
    prior = co_await ImportPrior(instance, imported->second);
  } else {
    prior = co_await ReadPrior(instance.address, current, object, *instance.provider, *instance.schema,
                               instance.provider_address);
  }
  if (!prior.ok) co_return false;
  if (options_.mode != plan::Mode::kNormal) {
    co_return KeepPrior(instance, prior);
  }
  if (operation_.input().graph.objects[instance.node].is_absent) {
    co_return co_await PlanGenerated(instance, prior);
  }
  co_return co_await PlanConfigured(instance, prior);
}

net::Task<bool> Planner::PlanConfigured(const Instance& instance, const Prior& prior) {
  if (!operation_.CheckPreconditions(instance)) co_return false;
  hcl::Diagnostics found;
  const Value config = operation_.ConfigOf(instance, found);
  const bool failed = found.has_errors();
  operation_.diagnostics().Append(std::move(found));
  if (failed || !CheckLasting(operation_, instance, config)) co_return false;
  co_return co_await PlanChange(instance, prior, config);
}

bool Planner::ForcesReplace(const Instance& instance) const {
  return std::ranges::find(options_.force_replace, instance.address) != options_.force_replace.end();
}

bool Planner::IsTriggered(const Instance& instance) {
  for (const hcl::Expression& trigger : instance.resource->lifecycle.replace_triggered_by) {
    for (const hcl::Reference& reference : trigger.References()) {
      if (reference.steps.empty()) continue;
      const state::ResourceName name(state::ResourceMode::kManaged, reference.root, reference.steps[0].name);
      const auto changes = changes_.find({instance.run->address, name});
      if (changes == changes_.end()) continue;
      for (const size_t index : changes->second) {
        const plan::ResourceChange& change = plan_.resources[index];
        size_t step = 1;
        if (step < reference.steps.size() && !reference.steps[step].is_attribute) {
          const state::InstanceKey key = change.address.key;
          if (!(key.ToValue() == reference.steps[step].key)) continue;
          ++step;
        }
        if (change.change.action == Action::kNoOp) continue;
        hcl::ValuePath path;
        for (; step < reference.steps.size(); ++step) {
          const hcl::TraversalStep& one = reference.steps[step];
          path.push_back(one.is_attribute ? hcl::PathStep::Attribute(one.name)
                                          : hcl::PathStep::Index(one.key));
        }
        const Value before = hcl::ValueAt(change.change.before, path).WithoutMarksWithin();
        const Value after = hcl::ValueAt(change.change.after, path).WithoutMarksWithin();
        if (path.empty() || !after.IsWhollyKnown() || !(before == after)) return true;
      }
    }
  }
  return false;
}

net::Task<bool> Planner::PlanChange(const Instance& instance, const Prior& prior,
                                    const Value& marked_config) {
  const std::vector<hcl::MarkedPath> marks = LastingMarks(marked_config);
  const Value config = marked_config.WithoutMarksWithin();
  const Value before = prior.value.WithoutMarksWithin();
  const Permits::Permit permit = co_await operation_.permits().Take();
  provider::ValidateRequest validate{.type_name = instance.address.resource.type(), .config = config};
  const Result<provider::Diagnostics> validated =
      co_await instance.provider->ValidateResource(std::move(validate));
  if (!validated) {
    operation_.ReportFailure(instance.address, validated.error());
    co_return false;
  }
  if (!operation_.Report(instance, *validated)) co_return false;

  const Value base = prior.tainted ? Value() : before;
  const std::string prior_private = prior.tainted ? std::string() : prior.private_bytes;
  Proposal proposal = co_await Propose(operation_, instance, base, config, prior_private);
  if (!proposal.ok) co_return false;
  const hcl::BlockSchema& schema = *instance.schema->block;
  Value after = WithAllMarks(schema, proposal.value, marks);
  std::vector<hcl::ValuePath> replace = base.IsNull()
                                            ? std::vector<hcl::ValuePath>()
                                            : ChangedPaths(proposal.requires_replace, base, proposal.value);
  const bool create_first = operation_.CreatesBeforeDestroy(instance.node);
  const Action replacing = create_first ? Action::kCreateThenDelete : Action::kDeleteThenCreate;

  plan::ResourceChange change{.address = instance.address,
                              .previous_address = moves_.PreviousOf(instance.address),
                              .provider = instance.provider_address,
                              .schema = instance.schema->block,
                              .schema_version = uint64_t(instance.schema->version),
                              .create_before_destroy = create_first};
  Action action = Action::kUpdate;
  if (before.IsNull()) {
    action = Action::kCreate;
  } else if (prior.tainted) {
    action = replacing;
    change.reason = ActionReason::kReplaceBecauseTainted;
  } else if (ForcesReplace(instance)) {
    action = replacing;
    change.reason = ActionReason::kReplaceByRequest;
  } else if (!replace.empty()) {
    action = replacing;
    change.reason = ActionReason::kReplaceBecauseCannotUpdate;
  } else if (IsTriggered(instance)) {
    action = replacing;
    change.reason = ActionReason::kReplaceByTriggers;
  } else if (proposal.value == before) {
    const bool marked_alike = hcl::MarkedPaths(after) == hcl::MarkedPaths(prior.value);
    action = marked_alike ? Action::kNoOp : Action::kUpdate;
  }
  if (plan::IsReplace(action) && !prior.tainted) {
    const std::string private_bytes = proposal.private_bytes;
    const Value nothing;
    proposal = co_await Propose(operation_, instance, nothing, config, private_bytes);
    if (!proposal.ok) co_return false;
    after = WithAllMarks(schema, proposal.value, marks);
  }
  change.planned_private = std::move(proposal.private_bytes);
  change.required_replace = std::move(replace);
  co_return Record(instance, prior, std::move(change), action, after);
}

// What must not be destroyed is shown all the same.
bool Planner::MayDestroy(const state::InstanceAddress& address, const config::Resource& resource) {
  if (!resource.lifecycle.prevent_destroy) return true;
  operation_.diagnostics().AddError("Instance cannot be destroyed",
                                    Format("Resource {} has lifecycle.prevent_destroy set, but the plan "
                                           "calls for this resource to be destroyed. To avoid "
                                           "this error and continue with the plan, either disable "
                                           "lifecycle.prevent_destroy or reduce the scope of the "
                                           "plan using the -target option.",
                                           address.ToString()),
                                    resource.range);
  return false;
}

bool Planner::Record(const Instance& instance, const Prior& prior, plan::ResourceChange change, Action action,
                     const Value& after) {
  change.change = {.action = action, .before = prior.value, .after = after, .importing = prior.importing};
  if (const auto generated = generated_.find(instance.address); generated != generated_.end()) {
    change.change.generated_config = generated->second.text;
    generated->second.id = prior.importing->id;
  }
  change.dependencies = operation_.DependenciesOf(instance.node);
  instance.run->resources.at(instance.resource->name).Set(instance.address.key, after);
  if (action != Action::kNoOp) pending_[instance.address.config()].insert(instance.run->address);
  changes_[instance.address.resource_address()].push_back(plan_.resources.size());
  plan_.resources.push_back(std::move(change));
  if (plan::IsReplace(action) && !MayDestroy(instance.address, *instance.resource)) return false;
  return operation_.CheckPostconditions(instance, after);
}

net::Task<bool> Planner::PlanData(const Instance& instance) {
  const hcl::BlockSchema& schema = *instance.schema->block;
  ResourceValues& values = instance.run->resources.at(instance.resource->name);
  if (!MeetsPreconditions(instance)) co_return false;
  hcl::Diagnostics found;
  const Value marked = operation_.ConfigOf(instance, found);
  const bool failed = found.has_errors();
  operation_.diagnostics().Append(std::move(found));
  if (failed || !CheckLasting(operation_, instance, marked)) co_return false;
  const std::vector<hcl::MarkedPath> marks = hcl::MarkedPaths(marked);
  const Value config = marked.WithoutMarksWithin();
  const bool is_known = config.IsWhollyKnown();
  if (!is_known || HasPendingDependency(instance)) {
    const Value after = WithAllMarks(schema, PlannedWithUnknowns(schema, config), marks);
    values.Set(instance.address.key, after);
    refreshed_.Remove(instance.address);
    if (options_.mode != plan::Mode::kNormal) co_return true;
    plan::ResourceChange change{.address = instance.address,
                                .previous_address = moves_.PreviousOf(instance.address),
                                .provider = instance.provider_address,
                                .schema = instance.schema->block,
                                .schema_version = uint64_t(instance.schema->version),
                                .reason = is_known ? ActionReason::kReadBecauseDependencyPending
                                                   : ActionReason::kReadBecauseConfigUnknown};
    change.change = {.action = Action::kRead, .after = after};
    change.dependencies = operation_.DependenciesOf(instance.node);
    plan_.resources.push_back(std::move(change));
    co_return true;
  }
  const Result<Value> read = co_await operation_.ReadData(instance, config);
  if (!read) co_return false;
  const Value after = WithAllMarks(schema, *read, marks);
  auto object = MakeObject(*instance.schema, after);
  refreshed_.SetCurrent(instance.address, std::move(object), instance.provider_address);
  values.Set(instance.address.key, after);
  co_return MeetsPostconditions(instance, after);
}

net::Task<bool> Planner::PlanDelete(const state::InstanceAddress& address, const std::string& deposed,
                                    const state::ObjectRef& object, provider::Provider& provider,
                                    const provider::Schema& schema,
                                    const state::ProviderConfigAddress& provider_address,
                                    ActionReason reason) {
  // Destroying all begins after the moves.
  const bool destroys_all = options_.mode == plan::Mode::kDestroy;
  const auto known = priors_.find(address);
  Prior prior;
  if (known != priors_.end() && deposed.empty()) {
    prior = known->second;
  } else {
    prior = co_await ReadPrior(address, deposed, object, provider, schema, provider_address);
  }
  if (!prior.ok) co_return false;
  if (prior.value.IsNull()) co_return true;  // it is gone already
  if (options_.mode == plan::Mode::kRefreshOnly) co_return true;
  std::string private_bytes = prior.private_bytes;
  const bool forgets = !destroys_all && removals_.IsForgotten(address.config());
  const provider::Schemas* schemas = operation_.input().schemas.Find(provider_address.provider());
  if (!forgets && schemas != nullptr && schemas->capabilities().plan_destroy) {
    provider::PlanRequest request{.type_name = address.resource.type(),
                                  .prior_state = prior.value.WithoutMarksWithin(),
                                  .proposed_state = Value::Null(schema.block->type),
                                  .config = Value::Null(schema.block->type),
                                  .prior_private = private_bytes};
    Result<provider::PlanResponse> planned = co_await provider.PlanResourceChange(std::move(request));
    if (!planned) {
      operation_.ReportFailure(address, planned.error());
      co_return false;
    }
    if (!operation_.Report(address, planned->diagnostics)) co_return false;
    private_bytes = planned->planned_private;
  }
  plan::ResourceChange change{.address = address,
                              .previous_address = destroys_all ? address : moves_.PreviousOf(address),
                              .deposed = deposed,
                              .provider = provider_address,
                              .schema = schema.block,
                              .schema_version = uint64_t(schema.version),
                              .reason = reason,
                              .planned_private = std::move(private_bytes),
                              .create_before_destroy = prior.object->create_before_destroy};
  change.change = {.action = forgets ? Action::kForget : Action::kDelete, .before = prior.value};
  change.dependencies = prior.object->dependencies;
  plan_.resources.push_back(std::move(change));
  const auto node = NodeOf(address.module, address.resource);
  co_return !node || MayDestroy(address, *operation_.input().graph.objects[*node].resource);
}

}  // namespace cairn::infra
