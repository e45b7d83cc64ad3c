#pragma once

// What is wrong between the modules of a configuration, before anything is evaluated.

#include <string_view>

#include "config/loader.h"
#include "hcl/diagnostic.h"

namespace cairn::config {

// Whether `version` is one that each module wants (`required_version`).
void CheckRequiredVersions(const Config& root, std::string_view version, hcl::Diagnostics& diagnostics);

// Whether each call gives the variables that the module needs, and no others.
void CheckCallArguments(const Config& root, hcl::Diagnostics& diagnostics);

}  // namespace cairn::config
