#pragma once

// A configuration as `show -json PLAN` has it: what its files say, as far as that is known without
// evaluating.

#include <string>

#include "config/loader.h"
#include "infra/schema_source.h"

namespace cairn::commands {

std::string WriteConfigJson(const config::Config& root, const infra::SchemaSource& schemas);

}  // namespace cairn::commands
