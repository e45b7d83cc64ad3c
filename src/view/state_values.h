#pragma once

// The objects of a state as values, with schemas.

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "hcl/schema.h"
#include "hcl/value.h"
#include "state/state.h"

namespace cairn::view {

// Of a resource's type, by its provider ("registry.terraform.io/hashicorp/aws"); null if it is not known.
using SchemaSource = std::function<std::shared_ptr<const hcl::BlockSchema>(
    const std::string& provider, const state::ResourceName& resource)>;

// With the configuration's marks. kInvalid if the object does not fit the schema.
Result<hcl::Value> ObjectValue(const state::InstanceObject& object, const hcl::BlockSchema& schema);

// One object of a state, current or deposed.
struct StateObject {
  state::InstanceAddress address = {};
  std::string deposed = {};  // empty: the current one
  std::string provider = {};
  state::ObjectRef object = {};
  std::shared_ptr<const hcl::BlockSchema> schema = {};
  hcl::Value value = {};
};

// In the order of plans. kNotFound for a type without schema.
Result<std::vector<StateObject>> StateObjects(const state::State& state, const SchemaSource& schemas);

}  // namespace cairn::view
