#pragma once

// What is done to an object's value on its way between configuration, provider and state.

#include <vector>

#include "config/module.h"
#include "hcl/schema.h"
#include "hcl/value.h"
#include "hcl/value_marks.h"
#include "hcl/value_path.h"

namespace cairn::infra {

// The marks of a configuration that its object keeps: all but those of what is ephemeral.
std::vector<hcl::MarkedPath> LastingMarks(const hcl::Value& config);

// `value` of the schema's type with a mark on all that the schema calls sensitive.
hcl::Value WithSchemaMarks(const hcl::BlockSchema& schema, const hcl::Value& value);

// The same, and `marks`: what an object's value is called sensitive by, the schema and whoever set it.
hcl::Value WithAllMarks(const hcl::BlockSchema& schema, const hcl::Value& value,
                        const std::vector<hcl::MarkedPath>& marks);

// `config` with what `prior` has wherever changes are to be ignored. `prior` is not null; neither has marks.
hcl::Value WithIgnoredChanges(const config::Lifecycle& lifecycle, const hcl::Value& prior,
                              const hcl::Value& config);

// Those of `paths` at which the two differ, or where `planned` is not known yet.
std::vector<hcl::ValuePath> ChangedPaths(const std::vector<hcl::ValuePath>& paths, const hcl::Value& prior,
                                         const hcl::Value& planned);

// `value`, from a provider of the old kind, with an empty collection in the place of each block that it has
// null.
hcl::Value WithEmptyBlocks(const hcl::BlockSchema& schema, const hcl::Value& value);

// `value` with null in the place of all that is unknown.
hcl::Value KnownParts(const hcl::Value& value);

}  // namespace cairn::infra
