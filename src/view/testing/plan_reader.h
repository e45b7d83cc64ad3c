#pragma once

// Plans from what `terraform show -json` says of them, for tests.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/schema.h"
#include "hcl/value.h"
#include "plan/plan.h"
#include "view/node.h"

namespace cairn::view::testing {

// The schema of a resource's type, by its name and mode; null if there is none.
using SchemaSource =
    std::function<std::shared_ptr<const hcl::BlockSchema>(std::string_view type, state::ResourceMode mode)>;

// What the text does not say stays as a Plan has it: its mode and targets.
Result<plan::Plan> ReadPlan(std::string_view json, const SchemaSource& schemas);

// A value of `type` from three trees beside each other: what is known of it, what is unknown, what is
// sensitive. The latter two may be null.
hcl::Value ReadValue(const Node* value, const hcl::Type& type, const Node* unknown = nullptr,
                     const Node* sensitive = nullptr);

// {"attributes": {…}, "block_types": {…}} of `terraform providers schema -json`.
Result<std::shared_ptr<const hcl::BlockSchema>> ReadBlockSchema(std::string_view json);

}  // namespace cairn::view::testing
