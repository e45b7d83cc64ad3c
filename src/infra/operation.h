#pragma once

// What planning and applying share: the configuration with its graph, the values so far, the providers, and
// how an instance of a resource is evaluated.

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/loader.h"
#include "hcl/diagnostic.h"
#include "infra/config_graph.h"
#include "infra/evaluator.h"
#include "infra/observer.h"
#include "infra/provider_pool.h"
#include "infra/schema_source.h"
#include "infra/walker.h"
#include "net/loop.h"
#include "plan/plan.h"
#include "state/state.h"

namespace cairn::infra {

// What an operation works on. All of it must outlive the operation.
struct OperationInput {
  net::Loop& loop;
  const config::Config& config;
  const ConfigGraph& graph;
  const SchemaSource& schemas;
  ProviderPool& providers;
  const Surroundings& surroundings;
  const GivenVariables& variables;
  Observer& observer;
  std::string terraform_version = {};  // what providers are told
  size_t parallelism = 10;             // calls of providers at a time
  const bool* stops = nullptr;         // becomes true when nothing more is to be begun
};

// An instance of a resource that is being worked on. Pointers are to what outlives it.
struct Instance {
  ModuleRun* run = nullptr;
  const config::Resource* resource = nullptr;
  graph::NodeIndex node = 0;
  Repetition repetition = {};
  state::InstanceAddress address = {};
  state::ProviderConfigAddress provider_address = {};
  provider::Provider* provider = nullptr;
  const provider::Schema* schema = nullptr;
};

class Operation {
 public:
  Operation(const OperationInput& input, bool validating);
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  const OperationInput& input() const { return input_; }
  Evaluator& evaluator() { return evaluator_; }
  const Evaluator& evaluator() const { return evaluator_; }
  hcl::Diagnostics& diagnostics() { return diagnostics_; }
  Permits& permits() { return permits_; }
  // Whether nothing more is to be begun, which is then reported.
  bool IsHalted();

  // Configures the provider of a kProvider node, unless planning has configured it by the same value.
  // `must_be_known`: what is not known in its configuration is an error.
  net::Task<bool> ConfigureProvider(const Object& object, bool must_be_known = false);
  // Only asks it whether its configuration is right, as far as that is known.
  net::Task<bool> ValidateProvider(const Object& object);

  // The instances of a kResource node in one instance of its module, of which `run.resources` then knows.
  // Nothing, and errors, where they or their schema are not known.
  std::optional<std::vector<Instance>> InstancesOf(graph::NodeIndex node, ModuleRun& run);

  // The configuration of an instance, with marks; Dynamic, and errors, if it is wrong.
  hcl::Value ConfigOf(const Instance& instance, hcl::Diagnostics& diagnostics);
  RunScope ScopeOf(const Instance& instance, const hcl::Value* self = nullptr) const;

  // Validates and reads a data source; `config` has no marks and is wholly known. The error has been
  // reported.
  net::Task<Result<hcl::Value>> ReadData(const Instance& instance, const hcl::Value& config);

  // Conditions of a resource, reported as so grave where they are not met. False if that ends it.
  bool CheckPreconditions(const Instance& instance, hcl::Severity severity = hcl::Severity::kError);
  bool CheckPostconditions(const Instance& instance, const hcl::Value& self,
                           hcl::Severity severity = hcl::Severity::kError);
  // Those of a kCheck node.
  void CheckBlock(const Object& block);

  // What is needed by a resource, directly or not: as states remember it.
  const std::vector<state::ConfigResource>& DependenciesOf(graph::NodeIndex node);
  // Whether instances of a resource are to be replaced by creating the new one first: it says so, or
  // something that needs it does.
  bool CreatesBeforeDestroy(graph::NodeIndex node) const { return creates_before_destroy_[node]; }

  // Adds what a provider said about `instance`, with the place in its configuration. False if there are
  // errors.
  bool Report(const Instance& instance, const provider::Diagnostics& diagnostics);
  bool Report(const state::InstanceAddress& address, const provider::Diagnostics& diagnostics);
  // A call that failed altogether.
  void ReportFailure(const state::InstanceAddress& address, const Error& error);

 private:
  void FindCreatesBeforeDestroy();
  bool CheckConditions(const Instance& instance, const std::vector<config::CheckRule>& rules,
                       const hcl::Value* self, std::string_view summary, hcl::Severity severity);
  // Of a kProvider node, without marks. Nothing, and errors, where it is wrong.
  std::optional<hcl::Value> ProviderConfigOf(const Object& object);
  std::optional<hcl::Value> UnwrittenConfig(const Object& object, const hcl::BlockSchema& schema);
  bool ReportOfProvider(const Object& object, const Result<provider::Diagnostics>& answer);

  const OperationInput input_;
  bool halted_ = false;
  hcl::Diagnostics diagnostics_;
  Evaluator evaluator_;
  Permits permits_;
  std::vector<bool> creates_before_destroy_;
  std::unordered_map<graph::NodeIndex, std::vector<state::ConfigResource>> dependencies_;
};

// What a value is called that people know objects by: its `id`, else nothing.
std::string IdOf(const hcl::Value& object);

// The new object that is to be remembered: attributes as JSON, which parts are sensitive.
std::shared_ptr<state::InstanceObject> MakeObject(const provider::Schema& schema, const hcl::Value& value);

}  // namespace cairn::infra
