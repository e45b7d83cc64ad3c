#pragma once

// What can be said of `aws_instance.a[0].ami` without evaluating it: from the block and its schema alone.

#include "config/module.h"
#include "hcl/diagnostic.h"
#include "hcl/references.h"
#include "hcl/schema.h"

namespace cairn::infra {

// Reports a key that is missing or too many, and an attribute that is none. `schema` may be null: not known.
void CheckTraversal(const config::Resource& resource, const hcl::BlockSchema* schema,
                    const hcl::Reference& reference, hcl::Diagnostics& diagnostics);

// Reports what provisioners and postconditions read of the object itself, and it does not have.
void CheckSelf(const config::Resource& resource, const hcl::BlockSchema& schema,
               hcl::Diagnostics& diagnostics);

}  // namespace cairn::infra
