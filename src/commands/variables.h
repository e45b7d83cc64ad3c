#pragma once

// The values that the root module's variables are given from outside.

#include <functional>
#include <string>
#include <vector>

#include "config/module.h"
#include "hcl/diagnostic.h"
#include "infra/evaluator.h"

namespace cairn::commands {

// -var and -var-file, in the order of the command line.
struct VariableFlag {
  bool is_file = false;
  std::string value = {};  // "name=text", or a path
};

// From the environment (TF_VAR_name), terraform.tfvars, terraform.tfvars.json, *.auto.tfvars and
// *.auto.tfvars.json of the working folder, and `flags`, each stronger than those before. `environment` are
// all entries, "NAME=value".
infra::GivenVariables GatherVariables(const config::Module& root, const std::vector<std::string>& environment,
                                      const std::vector<VariableFlag>& flags, hcl::Diagnostics& diagnostics);

// The flags alone, in addition to `variables`.
void ReadVariableFlags(const std::vector<VariableFlag>& flags, const config::Module& root,
                       infra::GivenVariables& variables, hcl::Diagnostics& diagnostics);

}  // namespace cairn::commands
