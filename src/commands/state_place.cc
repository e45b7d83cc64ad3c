#include "commands/state_place.h"

#include <memory>
#include <utility>

#include "base/strings.h"
#include "commands/backends.h"
#include "commands/session.h"
#include "hcl/decode.h"
#include "hcl/scope.h"
#include "hcl/value_json.h"

namespace cairn::commands {
namespace {

constexpr std::string_view kInitRequired =
    "Reason: {}\n\nThe \"backend\" is the interface that Terraform uses to store state,\nperform operations, "
    "etc. If "
    "this message is showing up, it means that the\nTerraform configuration you're using is using a custom "
    "configuration "
    "for\nthe Terraform backend.\n\nChanges to backend configurations require reinitialization. This "
    "allows\nTerraform to "
    "set up the new configuration, copy existing state, etc. Please run\n\"terraform init\" with either the "
    "\"-reconfigure\" or \"-migrate-state\" flags to\nuse the current configuration.\n\nIf the change reason "
    "above is "
    "incorrect, please verify your configuration\nhasn't changed and try again. At this point, no changes to "
    "your "
    "existing\nconfiguration or state have been made.";

std::optional<StatePlace> InitRequired(char mark, const std::string& reason, hcl::Diagnostics& diagnostics) {
  diagnostics.AddError(Format("Backend initialization required{} please run \"terraform init\"", mark),
                       Format(kInitRequired, reason));
  return std::nullopt;
}

hcl::BlockSchema WithoutRequired(const hcl::BlockSchema& schema) {
  std::vector<hcl::AttributeSchema> attributes = schema.attributes;
  for (hcl::AttributeSchema& attribute : attributes) {
    attribute.optional = true;
    attribute.required = false;
  }
  return hcl::MakeBlockSchema(std::move(attributes));
}

}  // namespace

StatePlace DefaultPlace() {
  return {.config = hcl::EmptyValue(*FindBackendSchema("local"))};
}

std::optional<hcl::Value> ReadBackendBlock(const config::Backend& backend, hcl::Diagnostics& diagnostics) {
  const hcl::BlockSchema* const schema = FindBackendSchema(backend.type);
  if (schema == nullptr) {
    diagnostics.AddError("Unsupported backend type",
                         Format("There is no backend type named \"{}\".", backend.type), backend.range);
    return std::nullopt;
  }
  hcl::Diagnostics own;
  const hcl::MapScope scope;
  hcl::Value config = hcl::Decode(backend.body, WithoutRequired(*schema), scope, own);
  const bool ok = !own.has_errors();
  diagnostics.Append(std::move(own));
  if (!ok) return std::nullopt;
  return config;
}

Result<StatePlace> PlaceOf(const state::BackendRecord& record) {
  const hcl::BlockSchema* const schema = FindBackendSchema(record.type);
  if (schema == nullptr) {
    return Fail(ErrorCode::kInvalid, Format("there is no backend type named \"{}\"", record.type));
  }
  Result<hcl::Value> config = hcl::FromJsonText(record.config.text, schema->type);
  if (!config) return std::unexpected(config.error());
  return StatePlace{.type = record.type, .config = *std::move(config)};
}

state::BackendRecord RecordOf(const StatePlace& place, uint64_t config_hash) {
  const auto text = std::make_shared<const std::string>(hcl::ToJsonText(place.config).value_or("{}"));
  return {.terraform_version = std::string(kTerraformVersion),
          .type = place.type,
          .config = {.owner = text, .text = *text},
          .config_hash = config_hash};
}

std::optional<StatePlace> FindStatePlace(const std::optional<config::Backend>& backend,
                                         const std::string& data_folder, hcl::Diagnostics& diagnostics) {
  const auto record = state::ReadBackendRecord(data_folder);
  if (!record) {
    diagnostics.AddError("Failed to read what init has set up", record.error().message);
    return std::nullopt;
  }
  if (!backend && !*record) return DefaultPlace();
  if (!backend) {
    return InitRequired(',', Format("Unsetting the previously set backend \"{}\"", (*record)->type),
                        diagnostics);
  }
  const auto block = ReadBackendBlock(*backend, diagnostics);
  if (!block) return std::nullopt;
  if (!*record) {
    return InitRequired(',', Format("Initial configuration of the requested backend \"{}\"", backend->type),
                        diagnostics);
  }
  if ((*record)->type != backend->type) {
    return InitRequired(':',
                        Format("Backend type changed from \"{}\" to \"{}\"", (*record)->type, backend->type),
                        diagnostics);
  }
  if ((*record)->config_hash != state::BackendConfigHash(backend->type, *block)) {
    return InitRequired(':', "Backend configuration block has changed", diagnostics);
  }
  Result<StatePlace> place = PlaceOf(**record);
  if (place) return *std::move(place);
  diagnostics.AddError("Failed to read what init has set up", place.error().message);
  return std::nullopt;
}

}  // namespace cairn::commands
