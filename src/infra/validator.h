#pragma once

// Validating: what can be said of a configuration without the world, and without the values of variables.

#include "hcl/diagnostic.h"
#include "infra/operation.h"
#include "net/task.h"

namespace cairn::infra {

// All that is wrong. Providers are asked, and not configured; variables that are given are not looked at.
net::Task<hcl::Diagnostics> Validate(OperationInput input);

}  // namespace cairn::infra
