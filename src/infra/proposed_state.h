#pragma once

// What a provider is asked to plan: the configuration, completed by what the object already has.

#include "hcl/schema.h"
#include "hcl/value.h"

namespace cairn::infra {

// The proposed new state of an object: the configured values, and where an attribute is computed and not
// configured, the one that `prior` has. `prior` is null for a new object. Blocks correspond by place (lists),
// key (maps), or by all that is configured of them (sets). Neither value has marks; both are of the schema's
// type, and so is the result.
hcl::Value ProposedState(const hcl::BlockSchema& schema, const hcl::Value& prior, const hcl::Value& config);

// A new object, or a data source before it is read: as configured, and unknown where a computed attribute is
// not.
hcl::Value PlannedWithUnknowns(const hcl::BlockSchema& schema, const hcl::Value& config);

// The object that an empty body stands for: attributes are null, blocks that repeat are empty.
hcl::Value EmptyObject(const hcl::BlockSchema& schema);

}  // namespace cairn::infra
