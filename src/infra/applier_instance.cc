#include <utility>

#include "base/strings.h"
#include "hcl/value_marks.h"
#include "infra/applier_state.h"
#include "infra/consistency.h"
#include "infra/object_values.h"
#include "infra/provisioning.h"
#include "state/object_value.h"

namespace cairn::infra {
namespace {

using hcl::Value;
using plan::Action;

constexpr std::string_view kProviderBug =
    "This is a bug in the provider, which should be reported in the provider's own issue tracker.";

}  // namespace

net::Task<bool> Applier::ApplyInstance(const Instance& instance) {
  if (instance.address.resource.mode() == state::ResourceMode::kEphemeral) {
    co_return co_await ephemerals_.Open(instance);
  }
  const auto found = changes_.find(instance.address);
  const plan::ResourceChange* change = found == changes_.end() ? nullptr : found->second;
  if (change == nullptr || change->change.action == Action::kNoOp ||
      change->change.action == Action::kDelete) {
    co_return KeepValue(instance);
  }
  if (change->change.action == Action::kRead) co_return co_await ApplyRead(instance);
  if (!operation_.CheckPreconditions(instance)) co_return false;
  const bool applied = co_await ApplyChange(instance, *change);
  if (!applied) RestoreDeposed(instance);
  co_return applied;
}

// The old object is the current one again where its successor could not be made.
void Applier::RestoreDeposed(const Instance& instance) {
  const auto key = deposed_.find(instance.address);
  if (key == deposed_.end() || state_.FindCurrent(instance.address)) return;
  const state::InstanceState* kept = state_.Find(instance.address);
  const auto old = kept->deposed.find(key->second);
  if (old == kept->deposed.end()) return;
  const state::ProviderConfigAddress provider = instance.provider_address;
  const ObjectChange current{.address = instance.address, .object = old->second, .provider = provider};
  const ObjectChange deposed{.address = instance.address, .deposed = key->second, .provider = provider};
  if (Remember(current)) Remember(deposed);
}

// What is not changed is what the state says it is, and has no value where it is not there.
bool Applier::KeepValue(const Instance& instance) {
  const hcl::BlockSchema& schema = *instance.schema->block;
  ResourceValues& values = instance.run->resources.at(instance.resource->name);
  const auto found = changes_.find(instance.address);
  Value value;
  if (found != changes_.end()) {
    value = found->second->change.before;
  } else if (const state::ObjectRef object = state_.FindCurrent(instance.address)) {
    const auto read = state::DecodeAttributes(*object, schema.type);
    if (!read) {
      operation_.diagnostics().AddError("Invalid object in state",
                                        Format("{}: {}.", instance.address.ToString(), read.error().message));
      return false;
    }
    value = *read;
  } else {
    return true;
  }
  values.Set(instance.address.key, WithSchemaMarks(schema, value));
  return true;
}

net::Task<bool> Applier::ApplyRead(const Instance& instance) {
  hcl::Diagnostics found;
  const Value marked = operation_.ConfigOf(instance, found);
  const bool failed = found.has_errors();
  operation_.diagnostics().Append(std::move(found));
  if (failed) co_return false;
  const std::vector<hcl::MarkedPath> marks = hcl::MarkedPaths(marked);
  const Value config = marked.WithoutMarksWithin();
  if (!config.IsWhollyKnown()) {
    operation_.diagnostics().AddError("Configuration contains unknown value",
                                      Format("The configuration for {} still contains unknown values during "
                                             "apply (this is a bug in Cairn; please report "
                                             "it!).",
                                             instance.address.ToString()),
                                      instance.resource->range);
    co_return false;
  }
  const Result<Value> read = co_await operation_.ReadData(instance, config);
  if (!read) co_return false;
  const Value value = WithAllMarks(*instance.schema->block, *read, marks);
  instance.run->resources.at(instance.resource->name).Set(instance.address.key, value);
  if (!Remember({.address = instance.address,
                 .object = MakeObject(*instance.schema, value),
                 .provider = instance.provider_address})) {
    co_return false;
  }
  co_return operation_.CheckPostconditions(instance, value);
}

net::Task<bool> Applier::ApplyChange(const Instance& instance, const plan::ResourceChange& change) {
  hcl::Diagnostics found;
  const Value marked = operation_.ConfigOf(instance, found);
  const bool failed = found.has_errors();
  operation_.diagnostics().Append(std::move(found));
  if (failed) co_return false;
  const std::vector<hcl::MarkedPath> marks = LastingMarks(marked);
  const Value config = marked.WithoutMarksWithin();

  const bool is_update = change.change.action == Action::kUpdate;
  const Value prior = is_update ? change.change.before.WithoutMarksWithin() : Value();
  std::string private_bytes;
  if (const state::ObjectRef object = state_.FindCurrent(instance.address); object && is_update) {
    private_bytes = object->private_bytes;
  }
  const Permits::Permit permit = co_await operation_.permits().Take();
  if (operation_.IsHalted()) co_return false;
  if (change.change.action == Action::kCreateThenDelete) {
    const std::string key = options_.new_deposed_key();
    const state::ObjectRef old = state_.FindCurrent(instance.address);
    deposed_.emplace(instance.address, key);
    state_.Depose(instance.address, key);
    if (!Remember(
            {.address = instance.address, .deposed = key, .object = old, .provider = change.provider}) ||
        !Remember({.address = instance.address, .provider = change.provider})) {
      co_return false;
    }
  }
  const Proposal proposal = co_await Propose(operation_, instance, prior, config, private_bytes);
  if (!proposal.ok || !IsAsPlanned(instance, change, proposal)) co_return false;
  co_return co_await CallApply(instance, change, prior, config, marks, proposal);
}

bool Applier::IsAsPlanned(const Instance& instance, const plan::ResourceChange& change,
                          const Proposal& proposal) {
  if (proposal.legacy) return true;
  const auto wrong =
      CheckResult(*instance.schema->block, change.change.after.WithoutMarksWithin(), proposal.value);
  for (const Inconsistency& one : wrong) {
    operation_.diagnostics().AddError(
        "Provider produced inconsistent final plan",
        Format("When expanding the plan for {} to include new values learned so far during apply, provider "
               "{:?} produced an "
               "invalid new value for {}.\n\n{}",
               instance.address.ToString(), instance.provider_address.provider(), one.ToString(),
               kProviderBug),
        instance.resource->range);
  }
  return wrong.empty();
}

net::Task<bool> Applier::CallApply(const Instance& instance, const plan::ResourceChange& change,
                                   const Value& prior, const Value& config,
                                   const std::vector<hcl::MarkedPath>& marks, const Proposal& proposal) {
  const bool is_update = change.change.action == Action::kUpdate;
  const Action shown = is_update ? Action::kUpdate : Action::kCreate;
  const std::string prior_id = IdOf(prior);
  operation_.input().observer.ApplyStarted(instance.address, "", shown, prior_id);
  provider::ApplyRequest request{.type_name = instance.address.resource.type(),
                                 .prior_state = prior.IsNull() ? NoObject(instance) : prior,
                                 .planned_state = proposal.value,
                                 .config = config,
                                 .planned_private = proposal.private_bytes};
  Result<provider::ApplyResponse> applied =
      co_await instance.provider->ApplyResourceChange(std::move(request));
  if (!applied) {
    operation_.ReportFailure(instance.address, applied.error());
    operation_.input().observer.ApplyDone(instance.address, "", shown, prior_id, false);
    co_return false;
  }
  bool ok = operation_.Report(instance, applied->diagnostics);
  Value value = applied->state;
  ok = CheckNew(instance, proposal, *applied, value) && ok;
  if (value.IsNull()) {
    // A failed update leaves what was there; a failed creation nothing.
    operation_.input().observer.ApplyDone(instance.address, "", shown, IdOf(value), ok);
    co_return ok;
  }
  const Value with_marks = WithAllMarks(*instance.schema->block, value, marks);
  auto object = MakeObject(*instance.schema, with_marks);
  object->private_bytes = applied->private_data;
  object->dependencies = operation_.DependenciesOf(instance.node);
  object->create_before_destroy = change.create_before_destroy;
  if (!ok && !is_update) object->status = state::ObjectStatus::kTainted;
  const ObjectChange made{
      .address = instance.address, .object = object, .provider = instance.provider_address};
  bool remembered = Remember(made);
  if (ok && remembered && !is_update) {
    ok = co_await ProvisionNew(instance, with_marks);
    if (!ok) remembered = RememberTainted(made);
  }
  operation_.input().observer.ApplyDone(instance.address, "", shown, IdOf(value), ok);
  if (!ok || !remembered) co_return false;
  if (change.change.action == Action::kCreate) ++added_;
  if (is_update) ++changed_;
  if (plan::IsReplace(change.change.action)) ++added_;
  instance.run->resources.at(instance.resource->name).Set(instance.address.key, with_marks);
  co_return operation_.CheckPostconditions(instance, with_marks);
}

net::Task<bool> Applier::ProvisionNew(const Instance& instance, const Value& value) {
  if (instance.resource->provisioners.empty()) co_return true;
  const Provisioned object{.resource = *instance.resource,
                           .address = instance.address,
                           .run = *instance.run,
                           .repetition = instance.repetition,
                           .self = value};
  co_return co_await Provision(operation_, object, /*at_destroy=*/false);
}

bool Applier::RememberTainted(const ObjectChange& made) {
  auto tainted = std::make_shared<state::InstanceObject>(*made.object);
  tainted->status = state::ObjectStatus::kTainted;
  return Remember({.address = made.address, .object = std::move(tainted), .provider = made.provider});
}

// Of an object that is about to go, if the configuration still has its resource. One that was deposed, or
// not made as it should be, goes without.
net::Task<bool> Applier::ProvisionOld(const plan::ResourceChange& change, const std::string& deposed) {
  const state::ObjectRef object = state_.FindCurrent(change.address);
  const auto node = operation_.input().graph.resources.find(change.address.config());
  if (!deposed.empty() || !object || object->status == state::ObjectStatus::kTainted) co_return true;
  if (node == operation_.input().graph.resources.end()) co_return true;
  const Object& config = operation_.input().graph.objects[node->second];
  const ModuleRun run{.config = config.config, .address = change.address.module};
  const Repetition repetition{.key = change.address.key};
  const Provisioned provisioned{.resource = *config.resource,
                                .address = change.address,
                                .run = run,
                                .repetition = repetition,
                                .self = change.change.before};
  co_return co_await Provision(operation_, provisioned, /*at_destroy=*/true);
}

bool Applier::CheckNew(const Instance& instance, const Proposal& proposal,
                       const provider::ApplyResponse& response, Value& value) {
  const bool reported = provider::HasErrors(response.diagnostics);
  if (value.IsNull()) {
    if (!reported) {
      operation_.diagnostics().AddError(
          "Provider produced inconsistent result after apply",
          Format("When applying changes to {}, provider {:?} produced an unexpected new value: Root object "
                 "was present, but "
                 "now absent.\n\n{}",
                 instance.address.ToString(), instance.provider_address.provider(), kProviderBug));
      return false;
    }
    return true;
  }
  if (!value.IsWhollyKnown()) {
    if (!reported) {
      operation_.diagnostics().AddError(
          "Provider returned invalid result object after apply",
          Format("After the apply operation, the provider still indicated an unknown value for {}. All "
                 "values must be known "
                 "after apply, so this is always a bug in the provider and should be reported in the "
                 "provider's own issue "
                 "tracker. Terraform will still save the other known object values in the state.",
                 instance.address.ToString()));
    }
    value = KnownParts(value);
    return false;
  }
  if (reported || response.legacy_type_system) return true;
  const auto wrong = CheckResult(*instance.schema->block, proposal.value, value);
  for (const Inconsistency& one : wrong) {
    operation_.diagnostics().AddError(
        "Provider produced inconsistent result after apply",
        Format("When applying changes to {}, provider {:?} produced an unexpected new value: {}.\n\n{}",
               instance.address.ToString(), instance.provider_address.provider(), one.ToString(),
               kProviderBug));
  }
  return wrong.empty();
}

net::Task<bool> Applier::DestroyObject(const plan::ResourceChange& change) {
  std::string deposed = change.deposed;
  if (change.change.action == Action::kCreateThenDelete) {
    const auto key = deposed_.find(change.address);
    if (key == deposed_.end()) co_return false;  // its successor could not be made
    deposed = key->second;
  }
  if (change.change.action == Action::kForget) {
    co_return Remember({.address = change.address, .deposed = deposed, .provider = change.provider});
  }
  provider::Provider* provider = operation_.input().providers.Find(change.provider);
  if (provider == nullptr) co_return false;
  const Value before = change.change.before.WithoutMarksWithin();
  const std::string id = IdOf(before);
  std::string private_bytes = change.planned_private;
  const state::InstanceState* instance = state_.Find(change.address);
  if (plan::IsReplace(change.change.action) && instance != nullptr) {
    const auto old = instance->deposed.find(deposed);
    const state::ObjectRef object = deposed.empty() ? instance->current : old->second;
    if (object) private_bytes = object->private_bytes;
  }
  const Permits::Permit permit = co_await operation_.permits().Take();
  if (operation_.IsHalted()) co_return false;
  operation_.input().observer.ApplyStarted(change.address, deposed, Action::kDelete, id);
  const std::string gone;  // what is no more has no id, and is no deposed object
  const bool provisioned = co_await ProvisionOld(change, deposed);
  if (!provisioned) {
    operation_.input().observer.ApplyDone(change.address, gone, Action::kDelete, gone, false);
    co_return false;
  }
  const Value none = Value::Null(change.schema->type);
  provider::ApplyRequest request{.type_name = change.address.resource.type(),
                                 .prior_state = before,
                                 .planned_state = none,
                                 .config = none,
                                 .planned_private = std::move(private_bytes)};
  Result<provider::ApplyResponse> applied = co_await provider->ApplyResourceChange(std::move(request));
  bool ok = applied && operation_.Report(change.address, applied->diagnostics);
  if (!applied) operation_.ReportFailure(change.address, applied.error());
  if (ok && !applied->state.IsNull()) {
    operation_.diagnostics().AddError(
        "Provider returned invalid result object after apply",
        Format(
            "After applying a {} plan, the provider returned a non-null object for {}. Destroying should "
            "always produce a "
            "null value, so this is always a bug in the provider and should be reported in the provider's "
            "own issue "
            "tracker. Terraform will still save this errant object in the state for debugging and recovery.",
            "Delete", change.address.ToString()));
    ok = false;
  }
  operation_.input().observer.ApplyDone(change.address, gone, Action::kDelete, gone, ok);
  if (!ok) co_return false;
  ++destroyed_;
  co_return Remember({.address = change.address, .deposed = deposed, .provider = change.provider});
}

}  // namespace cairn::infra
