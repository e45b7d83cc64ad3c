#pragma once

// From a body to a value, by a schema; and what such a body refers to.
// Terraform's decoding of blocks, which is HCL's hcldec, dynblock, and
// Terraform's leniency about blocks that stand for attributes.

#include <cstdint>
#include <vector>

#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/eval.h"
#include "hcl/references.h"
#include "hcl/schema.h"
#include "hcl/scope.h"
#include "hcl/value.h"

namespace cairn::hcl {

struct DecodeLimits {
  uint64_t blocks_max = 100'000;  // that the `dynamic` blocks of a body make in all
  EvaluationLimits evaluation = {};
};

// The value of `schema.type` (where that is dynamic within, of a type that
// conforms) that `body` stands for. Where it is wrong, errors are added and
// that part is unknown, or null where it is missing.
//
// `dynamic "x" { for_each, iterator, labels, content }` makes blocks of type x,
// also within each other. If a `for_each` is unknown, so is the whole
// collection of these blocks; its marks go to what it makes.
//
// Where BlockSchema::attributes_as_blocks says so, attributes of a list or set
// of objects may be written as blocks, too.
Value Decode(const Body& body, const BlockSchema& schema, const Scope& scope, Diagnostics& diagnostics,
             const DecodeLimits& limits = {});

// All that Decode would read, in no particular order, without the iterators of
// `dynamic` blocks. What is wrong with the body is left for Decode to say.
std::vector<Reference> References(const Body& body, const BlockSchema& schema);

// The value of a body in which nothing is written: all attributes null,
// collections of blocks empty.
Value EmptyValue(const BlockSchema& schema);

}  // namespace cairn::hcl
