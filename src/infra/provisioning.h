#pragma once

// Provisioners: commands that are run when an object has been made, or before it is destroyed.

#include "config/module.h"
#include "hcl/value.h"
#include "infra/operation.h"
#include "net/task.h"
#include "state/address.h"

namespace cairn::infra {

// Whose provisioners are run. All of it must outlive the task.
struct Provisioned {
  const config::Resource& resource;
  const state::InstanceAddress& address;
  const ModuleRun& run;
  const Repetition& repetition;
  const hcl::Value& self;  // with marks
};

// Runs the provisioners of that time, one after the other, up to one that fails and may not. Whether none
// did; why not has been reported.
net::Task<bool> Provision(Operation& operation, const Provisioned& object, bool at_destroy);

// What can be said before anything is run.
void ValidateProvisioners(const config::Resource& resource, const hcl::Scope& scope,
                          hcl::Diagnostics& diagnostics);

}  // namespace cairn::infra
