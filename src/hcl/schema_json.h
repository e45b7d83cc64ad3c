#pragma once

// Schemas as `terraform providers schema -json` writes them, format version 1.0: what is under "block".

#include "base/result.h"
#include "data/json_fwd.h"
#include "hcl/schema.h"

namespace cairn::hcl {

// Members in the order of the peer; what is false, zero or empty is left out. Messages of deprecation, which
// Terraform does not show, are written as OpenTofu does.
data::Json ToJson(const BlockSchema& schema);

// kInvalid says where: "block_types.a.attributes.b: no type". As deep as the JSON is.
Result<BlockSchema> BlockSchemaFromJson(const data::Json& json);

}  // namespace cairn::hcl
