#include "view/state_values.h"

#include <utility>
#include <vector>

#include "hcl/value_json.h"
#include "hcl/value_marks.h"

namespace cairn::view {
namespace {

Result<StateObject> ReadObject(state::InstanceAddress address, std::string deposed,
                               const state::ResourceState& resource, const state::ObjectRef& object,
                               const SchemaSource& schemas) {
  StateObject out{.address = std::move(address), .deposed = std::move(deposed)};
  out.provider = resource.provider.provider();
  out.object = object;
  out.schema = schemas(out.provider, out.address.resource);
  if (!out.schema) {
    return Fail(ErrorCode::kNotFound,
                "no schema found for " + out.address.ToString() + " (in provider " + out.provider + ")");
  }
  Result<hcl::Value> value = ObjectValue(*object, *out.schema);
  if (!value) return std::unexpected(value.error().In(out.address.ToString()));
  out.value = *std::move(value);
  return out;
}

}  // namespace

Result<hcl::Value> ObjectValue(const state::InstanceObject& object, const hcl::BlockSchema& schema) {
  Result<hcl::Value> value = hcl::FromJsonText(object.attributes.text, schema.type);
  if (!value) return value;
  std::vector<hcl::MarkedPath> marks;
  for (const hcl::ValuePath& path : object.sensitive) marks.push_back({path, hcl::Marks::kSensitive});
  return hcl::WithMarkedPaths(*value, marks);
}

Result<std::vector<StateObject>> StateObjects(const state::State& state, const SchemaSource& schemas) {
  std::vector<StateObject> out;
  const auto add = [&](const state::InstanceAddress& address, const std::string& deposed,
                       const state::ResourceState& resource, const state::ObjectRef& object) -> Result<> {
    Result<StateObject> read = ReadObject(address, deposed, resource, object, schemas);
    if (!read) return std::unexpected(read.error());
    out.push_back(*std::move(read));
    return {};
  };
  for (const auto& [address, resource] : state.resources) {
    for (const auto& [key, instance] : resource.instances) {
      const state::InstanceAddress at{address.module, address.resource, key};
      if (instance.current) {
        if (Result<> added = add(at, "", resource, instance.current); !added) {
          return std::unexpected(added.error());
        }
      }
      for (const auto& [deposed, object] : instance.deposed) {
        if (Result<> added = add(at, deposed, resource, object); !added) {
          return std::unexpected(added.error());
        }
      }
    }
  }
  return out;
}

}  // namespace cairn::view
