#pragma once

// What needs no provider: variables, locals, outputs, which instances modules have, and the conditions that
// users wrote.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/loader.h"
#include "hcl/diagnostic.h"
#include "infra/check_results.h"
#include "infra/config_graph.h"
#include "infra/module_run.h"
#include "plan/plan.h"

namespace cairn::infra {

// A value that a variable of the root module was given.
struct GivenVariable {
  hcl::Value value = {};
  // From the environment or a flag: a text, to be read as the variable's type wants it.
  bool is_text = false;
  std::string origin = {};  // for messages: "the TF_VAR_x environment variable"
};
using GivenVariables = std::map<std::string, GivenVariable, std::less<>>;

// Owns the runs of all instances of modules. Belongs to one thread.
class Evaluator {
 public:
  // All must outlive this. `validating`: nothing is known but what the configuration itself says.
  Evaluator(const config::Config& root, const Surroundings& surroundings, const GivenVariables& variables,
            bool validating);

  ModuleRun& root() { return root_; }
  const ModuleRun& root() const { return root_; }
  // The instances of a module, once its call has been evaluated.
  const std::vector<ModuleRun*>& RunsOf(const config::Config& config) const;
  const Surroundings& surroundings() const { return surroundings_; }
  bool validating() const { return validating_; }
  CheckResults& checks() { return checks_; }

  // One of the nodes of the graph, for all instances of its module. False, and errors, if it has no value: it
  // is then unknown. REQUIRES: not a kProvider, kResource or kCheck.
  bool Evaluate(const Object& object, hcl::Diagnostics& diagnostics);

 private:
  // For messages: "module.m.var.n", and what set it, unless that was a file.
  struct VariableName {
    std::string name;
    std::string origin = {};
  };
  void EvaluateVariable(ModuleRun& run, const config::Variable& variable, hcl::Diagnostics& diagnostics);
  hcl::Value RootVariable(const config::Variable& variable, hcl::Diagnostics& diagnostics);
  hcl::Value PassedVariable(ModuleRun& run, const config::Variable& variable, hcl::SourceRange& place,
                            hcl::Diagnostics& diagnostics);
  hcl::Value FinishVariable(const config::Variable& variable, const hcl::Value& given,
                            const hcl::SourceRange& range, const VariableName& name,
                            hcl::Diagnostics& diagnostics);
  void ValidateVariable(const ModuleRun& run, const config::Variable& variable, const hcl::SourceRange& place,
                        hcl::Diagnostics& diagnostics);
  void EvaluateOutput(ModuleRun& run, const config::Output& output, hcl::Diagnostics& diagnostics);
  void ExpandCall(ModuleRun& parent, const config::Config& child, hcl::Diagnostics& diagnostics);

  const Surroundings& surroundings_;
  const GivenVariables& variables_;
  const bool validating_;
  ModuleRun root_;
  CheckResults checks_;
  std::unordered_map<const config::Config*, std::vector<ModuleRun*>> runs_;
};

// The error about a variable of the root module that nobody gave a value.
void ReportNoValue(const config::Variable& variable, hcl::Diagnostics& diagnostics);

// What the text of a flag or environment variable means for `variable`: the text itself for strings and
// untyped variables, else an expression of literals.
hcl::Value ReadVariableText(const config::Variable& variable, const GivenVariable& given,
                            hcl::Diagnostics& diagnostics);

}  // namespace cairn::infra
