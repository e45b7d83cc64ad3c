#pragma once

// Whether a provider keeps its word: what it plans must be what is configured, and what it makes must be what
// it planned. Values have no marks, and are of the schema's type.

#include <string>
#include <vector>

#include "hcl/schema.h"
#include "hcl/value.h"
#include "hcl/value_path.h"

namespace cairn::infra {

struct Inconsistency {
  hcl::ValuePath path;
  std::string message;  // a clause without a full stop

  // ".ports[0]: was 1, but now 2"
  std::string ToString() const;
};

// What of `planned` is neither configured, nor what the object had before in the place of something
// configured, nor for the provider to decide (computed and not configured). `prior` is null for a new object.
std::vector<Inconsistency> CheckPlan(const hcl::BlockSchema& schema, const hcl::Value& prior,
                                     const hcl::Value& config, const hcl::Value& planned);

// What of `actual` is not as planned; what was planned as unknown may be anything. Unknown values within
// `actual` are compatible with unknown ones alone.
std::vector<Inconsistency> CheckResult(const hcl::BlockSchema& schema, const hcl::Value& planned,
                                       const hcl::Value& actual);

}  // namespace cairn::infra
