#pragma once

// For the files decode*.cc alone: which names of a schema a body writes as
// arguments, and which as blocks.

#include <span>
#include <string_view>
#include <vector>

#include "hcl/body.h"
#include "hcl/schema.h"

namespace cairn::hcl {

struct Layout {
  BodySchema schema;                                   // with `dynamic`
  std::vector<const AttributeSchema*> as_blocks = {};  // attributes that are written as blocks
};

// `attributes_as_blocks`: whether attributes may be. Without `expands` only
// those are that are seen to be.
Layout LayOut(const Body& body, const BlockSchema& schema, bool attributes_as_blocks, bool expands);

// The schema of one block that stands for an element of an attribute of type
// `collection`.
BlockSchema ElementSchema(const Type& collection);

// What may be in a `dynamic` block for blocks with these labels.
BodySchema DynamicSchema(const BlockHeader& header);

constexpr std::string_view kDynamic = "dynamic";

}  // namespace cairn::hcl
