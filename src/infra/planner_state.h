#pragma once

// For the files planner*.cc alone: one plan while it is made.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "hcl/value_marks.h"
#include "infra/ephemerals.h"
#include "infra/imports.h"
#include "infra/moves.h"
#include "infra/planner.h"
#include "infra/proposal.h"
#include "infra/removals.h"
#include "infra/targets.h"

namespace cairn::infra {

class Planner {
 public:
  // All must outlive this. `state` is as it is after `moves`.
  Planner(const OperationInput& input, const state::State& state, const Moves& moves, PlanOptions options);

  net::Task<PlanOutcome> Run();

 private:
  // An object as it was remembered, and as it is now.
  struct Prior {
    bool ok = true;
    hcl::Value value = {};  // null: there is none; with marks
    std::string private_bytes = {};
    bool tainted = false;
    bool renewed = false;          // not what is remembered
    state::ObjectRef object = {};  // null: there was none
    std::optional<plan::Importing> importing = {};
  };
  // planner.cc: the walk
  net::Task<bool> PlanNode(graph::NodeIndex node);
  bool Evaluate(const Object& object);
  net::Task<bool> PlanResource(graph::NodeIndex node);
  net::Task<bool> PlanInstances(std::vector<Instance>& instances);
  net::Task<void> PlanOne(Instance instance, bool& ok);
  net::Task<bool> PlanOrphans();
  net::Task<void> PlanOrphan(state::InstanceAddress address, state::ProviderConfigAddress provider,
                             plan::ActionReason reason, bool& ok);
  void KeepUntargeted(const Instance& instance);
  std::vector<state::InstanceAddress> Orphans() const;
  void PlanOutputs();
  void WarnOfOptions();
  void RememberVariables();
  void FindRelevance();
  PlanOutcome Finish(bool ok);

  // planner_instance.cc: one object
  net::Task<bool> PlanInstance(const Instance& instance);
  bool KeepPrior(const Instance& instance, const Prior& prior);
  bool MeetsPreconditions(const Instance& instance);
  bool MeetsPostconditions(const Instance& instance, const hcl::Value& self);
  hcl::Severity SeverityOfConditions() const;
  net::Task<bool> PlanManaged(const Instance& instance);
  net::Task<bool> PlanConfigured(const Instance& instance, const Prior& prior);
  net::Task<bool> PlanData(const Instance& instance);
  bool IsRefreshed(const state::InstanceAddress& address) const;
  net::Task<bool> PlanChange(const Instance& instance, const Prior& prior, const hcl::Value& marked_config);
  net::Task<bool> PlanDelete(const state::InstanceAddress& address, const std::string& deposed,
                             const state::ObjectRef& object, provider::Provider& provider,
                             const provider::Schema& schema,
                             const state::ProviderConfigAddress& provider_address, plan::ActionReason reason);
  // `change` to `after`, which has its marks, is what is planned.
  bool Record(const Instance& instance, const Prior& prior, plan::ResourceChange change, plan::Action action,
              const hcl::Value& after);
  bool MayDestroy(const state::InstanceAddress& address, const config::Resource& resource);
  bool ForcesReplace(const Instance& instance) const;
  bool IsTriggered(const Instance& instance);
  // Whether an object of the state is not wanted any more, or has one beside it that is not.
  bool IsOrphan(const state::InstanceAddress& address, const state::InstanceState& instance) const;
  // Whether -target means it, or something that needs all of its resource.
  bool IsMeant(const state::InstanceAddress& address) const;
  // The resource in the configuration, if it is there.
  std::optional<graph::NodeIndex> NodeOf(const state::ModuleInstance& module,
                                         const state::ResourceName& resource) const;
  plan::ActionReason ReasonToDelete(const state::InstanceAddress& address) const;

  // planner_pending.cc: data that waits for changes
  bool HasPendingDependency(const Instance& data);
  bool IsPending(graph::NodeIndex node, const Instance& data);
  bool HasChanges(const state::ConfigResource& resource, const Instance& data);
  bool HasOrphans(const state::ResourceAddress& address) const;
  const std::vector<const state::ResourceAddress*>& Remembered(const state::ConfigResource& resource);

  // planner_prior.cc: an object as it was remembered, and as it is now
  net::Task<Prior> ReadPrior(const state::InstanceAddress& address, const std::string& deposed,
                             const state::ObjectRef& object, provider::Provider& provider,
                             const provider::Schema& schema,
                             const state::ProviderConfigAddress& provider_address);
  net::Task<void> Decode(const state::InstanceAddress& address, provider::Provider& provider,
                         const provider::Schema& schema, Prior& prior);
  net::Task<void> Refresh(const state::InstanceAddress& address, provider::Provider& provider,
                          const provider::Schema& schema,
                          const state::ProviderConfigAddress& provider_address, Prior& prior);

  // planner_imports.cc: objects that exist already
  bool FindImports(graph::NodeIndex node);
  bool AddImport(const ImportedObject& object);
  bool IsToGenerate(const Object& object) const;
  bool MayGenerate(const Object& object);
  net::Task<bool> PlanGenerated(const Instance& instance, const Prior& prior);
  net::Task<bool> PlanImport(const Instance& instance);
  net::Task<Prior> ImportPrior(const Instance& instance, const std::string& id);
  net::Task<void> ReadImported(const Instance& instance, const std::string& id, Prior& prior);

  // planner_moves.cc: whether objects may move as they do
  bool CheckTypesOfMoves();
  bool CheckTargetsOfMoves();
  bool MovesAreRight();

  Operation operation_;
  Ephemerals ephemerals_{operation_};
  const state::State& state_;
  const Moves& moves_;
  const Removals removals_;
  const PlanOptions options_;
  const Targets targets_;
  plan::Plan plan_;
  state::State refreshed_;
  std::vector<bool> expanded_;  // by node: of which resources `planned_` has all
  std::unordered_set<state::InstanceAddress, state::AddressHash>
      planned_;  // instances that the configuration has
  // Resources with changes to come of what the configuration has, and in which instances of their module.
  std::unordered_map<state::ConfigResource, std::set<state::ModuleInstance>, state::AddressHash> pending_;
  // What the state has of each resource; made when it is asked for.
  std::unordered_map<state::ConfigResource, std::vector<const state::ResourceAddress*>, state::AddressHash>
      remembered_;
  // By resource, which of the plan's changes are of its configured instances.
  std::unordered_map<state::ResourceAddress, std::vector<size_t>, state::AddressHash> changes_;
  std::unordered_map<state::InstanceAddress, std::string, state::AddressHash>
      imports_;  // the ids of what is to be imported
  std::map<state::InstanceAddress, GeneratedConfig> generated_;
  std::vector<std::shared_ptr<const config::Module>> generated_modules_;  // of these
  std::unordered_map<state::InstanceAddress, Prior, state::AddressHash>
      priors_;  // when all is to be destroyed
};

}  // namespace cairn::infra
