#pragma once

// What to say where providers cannot be installed.

#include "hcl/diagnostic.h"
#include "registry/provider_installer.h"

namespace cairn::commands {

hcl::Diagnostic DiagnosticOf(const registry::InstallFailure& failure);

// A warning about those whose packages are known for this platform alone.
hcl::Diagnostic IncompleteLocks(const std::vector<registry::ProviderAddress>& providers);

}  // namespace cairn::commands
