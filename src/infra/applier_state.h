#pragma once

// For the files applier*.cc alone: one plan while it is applied.

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "hcl/value_marks.h"
#include "infra/applier.h"
#include "infra/ephemerals.h"
#include "infra/proposal.h"
#include "infra/targets.h"

namespace cairn::infra {

class Applier {
 public:
  Applier(const OperationInput& input, const plan::Plan& plan, const state::State& state,
          ApplyOptions options);

  net::Task<ApplyOutcome> Run();

 private:
  using Changes = std::vector<const plan::ResourceChange*>;

  // applier_graph.cc
  void BuildGraph();
  void AddDestroys();
  void OrderDestroys();
  void OrderReplacements();
  void OrderMakers();
  void Prune();

  // applier.cc: the walk
  net::Task<bool> ApplyNode(graph::NodeIndex node);
  net::Task<bool> ApplyResource(graph::NodeIndex node);
  net::Task<bool> ApplyGenerated(graph::NodeIndex node);
  net::Task<void> ApplyOne(Instance instance, bool& ok);
  net::Task<bool> Destroy(const Changes& changes);
  net::Task<void> DestroyOne(const plan::ResourceChange& change, bool& ok);
  void SetOutputs();

  // applier_instance.cc: one object
  net::Task<bool> ApplyInstance(const Instance& instance);
  net::Task<bool> ApplyRead(const Instance& instance);
  void RestoreDeposed(const Instance& instance);
  net::Task<bool> ApplyChange(const Instance& instance, const plan::ResourceChange& change);
  net::Task<bool> CallApply(const Instance& instance, const plan::ResourceChange& change,
                            const hcl::Value& prior, const hcl::Value& config,
                            const std::vector<hcl::MarkedPath>& marks, const Proposal& proposal);
  bool IsAsPlanned(const Instance& instance, const plan::ResourceChange& change, const Proposal& proposal);
  bool CheckNew(const Instance& instance, const Proposal& proposal, const provider::ApplyResponse& response,
                hcl::Value& value);
  net::Task<bool> ProvisionNew(const Instance& instance, const hcl::Value& value);
  net::Task<bool> ProvisionOld(const plan::ResourceChange& change, const std::string& deposed);
  bool RememberTainted(const ObjectChange& made);
  bool KeepValue(const Instance& instance);
  net::Task<bool> DestroyObject(const plan::ResourceChange& change);
  bool Remember(ObjectChange change);
  bool WriteDown(const ObjectChange& change);
  bool RememberMoves();
  bool RememberImports();

  Operation operation_;
  Ephemerals ephemerals_{operation_};
  const plan::Plan& plan_;
  const Targets targets_;
  const ApplyOptions options_;
  state::State state_;
  graph::Graph graph_{0};
  std::unordered_map<graph::NodeIndex, Changes>
      destroys_;  // by their nodes, which follow those of the configuration
  std::unordered_map<state::ConfigResource, graph::NodeIndex, state::AddressHash> destroy_nodes_;
  std::unordered_set<graph::NodeIndex> creates_first_;  // those that destroy after the new objects are there
  std::vector<bool> kept_;                              // nodes that have anything to do
  std::unordered_map<state::InstanceAddress, const plan::ResourceChange*, state::AddressHash> changes_;
  std::unordered_map<state::InstanceAddress, std::string, state::AddressHash>
      deposed_;  // replaced ones, to be destroyed
  size_t added_ = 0;
  size_t changed_ = 0;
  size_t destroyed_ = 0;
  size_t imported_ = 0;
};

}  // namespace cairn::infra
