#pragma once

// What a configuration says about versions, with the words of the diagnostics about mistakes in it. Who reads
// configurations adds the place.

#include <expected>
#include <map>
#include <string_view>

#include "registry/loose_version.h"
#include "registry/mistake.h"
#include "registry/provider_address.h"
#include "registry/version.h"

namespace cairn::registry {

// What all modules and the state ask of each provider together. One without constraints may have any version.
using ProviderRequirements = std::map<ProviderAddress, VersionConstraints>;

// The `version` of a required provider.
std::expected<VersionConstraints, Mistake> ParseProviderRequirement(std::string_view text);

// The `version` of a module.
std::expected<LooseConstraints, Mistake> ParseModuleRequirement(std::string_view text);

// `required_version`: pre-releases are refused.
std::expected<LooseConstraints, Mistake> ParseRequiredVersion(std::string_view text);

}  // namespace cairn::registry
