#include "infra/validator.h"

#include <utility>
#include <vector>

#include "infra/ephemerals.h"
#include "infra/imports.h"
#include "infra/provisioning.h"

namespace cairn::infra {
namespace {

using graph::NodeIndex;
using hcl::Value;

const GivenVariables kNoVariables;

OperationInput WithoutVariables(const OperationInput& input) {
  return {.loop = input.loop,
          .config = input.config,
          .graph = input.graph,
          .schemas = input.schemas,
          .providers = input.providers,
          .surroundings = input.surroundings,
          .variables = kNoVariables,
          .observer = input.observer,
          .terraform_version = input.terraform_version,
          .parallelism = input.parallelism};
}

class Validator {
 public:
  explicit Validator(const OperationInput& input)
      : operation_(WithoutVariables(input), /*validating=*/true) {}

  net::Task<hcl::Diagnostics> Run() {
    const NodeWork work = [this](NodeIndex node) { return ValidateNode(node); };
    co_await WalkGraph(operation_.input().loop, operation_.input().graph.graph, work);
    ValidateImports();
    co_return std::move(operation_.diagnostics());
  }

 private:
  // What needs something wrong is looked at all the same, so that all is said: the value is then unknown.
  net::Task<bool> ValidateNode(NodeIndex node) {
    const Object& object = operation_.input().graph.objects[node];
    switch (object.kind) {
      case ObjectKind::kProvider:
        co_await operation_.ValidateProvider(object);
        co_return true;
      case ObjectKind::kResource:
        co_await ValidateResource(node);
        co_return true;
      case ObjectKind::kCheck:
        for (const ModuleRun* run : operation_.evaluator().RunsOf(*object.config)) {
          ValidateRules(object.check->assertions, RunScope(*run, operation_.input().surroundings));
        }
        co_return true;
      default:
        operation_.evaluator().Evaluate(object, operation_.diagnostics());
    }
    co_return true;
  }

  net::Task<void> ValidateResource(NodeIndex node) {
    const Object& object = operation_.input().graph.objects[node];
    if (object.is_absent) co_return;
    const std::vector<ModuleRun*> runs = operation_.evaluator().RunsOf(*object.config);
    for (ModuleRun* run : runs) {
      const std::optional<std::vector<Instance>> instances = operation_.InstancesOf(node, *run);
      if (!instances) continue;
      for (const Instance& instance : *instances) co_await ValidateInstance(instance);
    }
  }

  void ValidateImports() {
    const OperationInput& input = operation_.input();
    const ImportEvaluator evaluator(operation_.evaluator().root(), input.surroundings, /*validating=*/true);
    for (const config::Import& import : input.config.module->imports) {
      const config::Resource* resource = input.config.FindResource(import.target);
      hcl::Diagnostics found;
      if (resource == nullptr) CheckAbsentTarget(import, found);
      if (!found.has_errors()) evaluator.Evaluate(import, resource, found);
      operation_.diagnostics().Append(std::move(found));
    }
  }

  net::Task<void> ValidateInstance(const Instance& instance) {
    const config::Lifecycle& lifecycle = instance.resource->lifecycle;
    const Value self = Value::Unknown(instance.schema->block->type);
    ValidateRules(lifecycle.preconditions, operation_.ScopeOf(instance));
    ValidateRules(lifecycle.postconditions, operation_.ScopeOf(instance, &self));
    hcl::Diagnostics found;
    const Value marked = operation_.ConfigOf(instance, found);
    const Value config = marked.WithoutMarksWithin();
    const bool failed = found.has_errors();
    operation_.diagnostics().Append(std::move(found));
    ValidateProvisioners(*instance.resource, operation_.ScopeOf(instance, &self), operation_.diagnostics());
    if (failed) co_return;
    if (instance.address.resource.mode() != state::ResourceMode::kEphemeral) {
      CheckLasting(operation_, instance, marked);
    }
    co_await AskProvider(instance, config);
  }

  net::Task<void> AskProvider(const Instance& instance, const Value& config) {
    const std::string name = instance.provider_address.provider();
    const Result<provider::Provider*> provider = co_await operation_.input().providers.Unconfigured(name);
    if (!provider) co_return;  // which its schema's absence has said
    provider::ValidateRequest request{.type_name = instance.address.resource.type(), .config = config};
    const state::ResourceMode mode = instance.address.resource.mode();
    if (mode == state::ResourceMode::kManaged) {
      const Result<provider::Diagnostics> said = co_await (*provider)->ValidateResource(std::move(request));
      Report(instance, said);
    } else if (mode == state::ResourceMode::kData) {
      const Result<provider::Diagnostics> said = co_await (*provider)->ValidateDataSource(std::move(request));
      Report(instance, said);
    } else {
      const Result<provider::Diagnostics> said = co_await (*provider)->ValidateEphemeral(std::move(request));
      Report(instance, said);
    }
  }

  void Report(const Instance& instance, const Result<provider::Diagnostics>& said) {
    if (said) {
      operation_.Report(instance, *said);
    } else {
      operation_.ReportFailure(instance.address, said.error());
    }
  }

  // Whether the conditions can be evaluated; not what they come to.
  void ValidateRules(const std::vector<config::CheckRule>& rules, const RunScope& scope) {
    for (const config::CheckRule& rule : rules) {
      if (rule.condition) rule.condition.Evaluate(scope, operation_.diagnostics());
      if (rule.error_message) rule.error_message.Evaluate(scope, operation_.diagnostics());
    }
  }

  Operation operation_;
};

}  // namespace

net::Task<hcl::Diagnostics> Validate(OperationInput input) {
  Validator validator(input);
  co_return co_await validator.Run();
}

}  // namespace cairn::infra
