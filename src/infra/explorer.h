#pragma once

// What expressions of the root module come to, where nothing is done: by what is known of objects already.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hcl/diagnostic.h"
#include "hcl/source.h"
#include "infra/operation.h"
#include "infra/reference_resolver.h"
#include "plan/plan.h"
#include "state/state.h"

namespace cairn::infra {

// The value of an instance; nothing if it is not known.
using InstanceValues = std::function<std::optional<hcl::Value>(const Instance& instance)>;

// As `state`, which must outlive it, remembers objects.
InstanceValues ValuesOf(const state::State& state);
// As they will be by `plan`, which must outlive it.
InstanceValues ValuesOf(const plan::Plan& plan);

// Belongs to one thread.
class Explorer {
 public:
  // Evaluates the configuration. What has no value because of an error is unknown.
  Explorer(const OperationInput& input, const InstanceValues& values);

  const hcl::Diagnostics& diagnostics() { return operation_.diagnostics(); }

  // What the console prints for an expression; nothing if there are errors.
  std::optional<std::string> Answer(std::shared_ptr<const hcl::Source> text, hcl::Diagnostics& diagnostics);

 private:
  void Evaluate(graph::NodeIndex node, const InstanceValues& values);
  void EvaluateResource(graph::NodeIndex node, ModuleRun& run, const InstanceValues& values);

  Operation operation_;
  NodeNames names_;
};

}  // namespace cairn::infra
