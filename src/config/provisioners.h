#pragma once

// What may stand in provisioners, and in the `connection` blocks that tell them where.

#include <string_view>

#include "config/module.h"
#include "hcl/diagnostic.h"
#include "hcl/schema.h"

namespace cairn::config {

// Null for a type that there is not: the ones are "local-exec", "file" and "remote-exec".
const hcl::BlockSchema* ProvisionerSchema(std::string_view type);
const hcl::BlockSchema& ConnectionSchema();

// All that one reads.
std::vector<hcl::Reference> ReferencesOf(const Provisioner& provisioner);

// When something is destroyed, what others were may be gone: reports each argument of a provisioner, or of
// its connection, that reads more than the object itself.
void CheckDestroyReferences(const hcl::Body& body, hcl::Diagnostics& diagnostics);

}  // namespace cairn::config
