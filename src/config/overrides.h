#pragma once

// Override files: blocks that change what those of the other files of a module say.

#include <vector>

#include "hcl/body.h"
#include "hcl/diagnostic.h"

namespace cairn::config {

// The blocks of a module's files, overridden by `changes` one after the other. What changes nothing that is
// there, and what cannot be changed, is reported.
std::vector<hcl::Block> Override(std::vector<hcl::Block> blocks, const std::vector<hcl::Block>& changes,
                                 hcl::Diagnostics& diagnostics);

}  // namespace cairn::config
