#pragma once

// What `removed` blocks say: which objects are not to be looked after any more, and stay what they are.

#include <unordered_set>

#include "config/loader.h"
#include "hcl/diagnostic.h"
#include "plan/plan.h"
#include "state/address.h"

namespace cairn::infra {

class Removals {
 public:
  // Reports what is said to be removed and is still in the configuration.
  Removals(const config::Config& root, hcl::Diagnostics& diagnostics);

  // Otherwise its objects are destroyed when the configuration has it no more.
  bool IsForgotten(const state::ConfigResource& resource) const;

 private:
  std::unordered_set<state::ConfigResource, state::AddressHash> resources_;
  std::unordered_set<state::ModulePath, state::AddressHash> modules_;
};

// A warning that names all objects that `plan` forgets, if there are any.
void WarnOfForgotten(const plan::Plan& plan, hcl::Diagnostics& diagnostics);

}  // namespace cairn::infra
