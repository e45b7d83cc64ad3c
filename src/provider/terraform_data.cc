#include "provider/terraform_data.h"

#include <array>
#include <utility>

#include "base/strings.h"
#include "hcl/value_json.h"

namespace cairn::provider::terraform_data {

namespace {

using hcl::Type;
using hcl::Value;

// The attributes of an object that is not null.
struct Attributes {
  Value id, input, output, triggers_replace;

  explicit Attributes(const Value& object)
      : id(*object.Find("id")),
        input(*object.Find("input")),
        output(*object.Find("output")),
        triggers_replace(*object.Find("triggers_replace")) {}
  Attributes() : id(Value::Null(Type::String())) {}  // all null

  Value ToValue() const {
    return Value::Object(
        {{"id", id}, {"input", input}, {"output", output}, {"triggers_replace", triggers_replace}});
  }
};

Value PlannedOutput(const Value& input) {
  return input.IsNull() ? input : Value::Unknown(input.type());
}

Diagnostic ErrorOf(std::string summary, std::string detail = "") {
  return {.summary = std::move(summary), .detail = std::move(detail)};
}

}  // namespace

std::shared_ptr<const hcl::BlockSchema> MakeSchema() {
  std::vector<hcl::AttributeSchema> attributes(4);
  attributes[0] = {.name = "id", .type = Type::String(), .computed = true};
  attributes[1] = {.name = "input", .type = Type::Dynamic(), .optional = true};
  attributes[2] = {.name = "output", .type = Type::Dynamic(), .computed = true};
  attributes[3] = {.name = "triggers_replace", .type = Type::Dynamic(), .optional = true};
  return std::make_shared<const hcl::BlockSchema>(hcl::MakeBlockSchema(std::move(attributes)));
}

Diagnostics Validate(const Value& config) {
  Diagnostics diagnostics;
  for (const std::string_view name : {"id", "output"}) {
    if (!config.HasContent() || config.Find(name)->IsNull()) continue;
    diagnostics.push_back(ErrorOf(Format("\"{}\" attribute is read-only", name)));
    diagnostics.back().attribute = {hcl::PathStep::Attribute(name)};
  }
  return diagnostics;
}

UpgradeStateResponse Upgrade(const UpgradeStateRequest& request, const Type& type) {
  auto state = hcl::FromJsonText(request.json, type);
  if (!state) return {.state = Value::Null(type), .diagnostics = {ErrorOf(state.error().message)}};
  return {.state = std::move(*state)};
}

PlanResponse Plan(const PlanRequest& request) {
  PlanResponse response{.planned_state = request.proposed_state};
  if (!request.proposed_state.HasContent()) return response;
  Attributes planned(request.proposed_state);
  if (request.prior_state.IsNull()) {
    planned.id = Value::UnknownNotNull(Type::String());
    planned.output = PlannedOutput(planned.input);
  } else if (const Attributes prior(request.prior_state);
             !(prior.triggers_replace == planned.triggers_replace)) {
    response.requires_replace.push_back({hcl::PathStep::Attribute("triggers_replace")});
    planned.id = Value::UnknownNotNull(Type::String());
    planned.output = PlannedOutput(planned.input);
  } else if (!(prior.input == planned.input)) {
    planned.output = PlannedOutput(planned.input);
  }
  response.planned_state = planned.ToValue();
  return response;
}

std::string MakeId(const RandomBytes& random) {
  std::array<uint8_t, 16> bytes{};
  random(bytes);
  std::string id;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    id += Format("{:02x}", bytes[i]);
  }
  return id;
}

ApplyResponse Apply(const ApplyRequest& request, const RandomBytes& random) {
  ApplyResponse response{.state = request.planned_state};
  if (!request.planned_state.HasContent()) return response;
  Attributes state(request.planned_state);
  if (!state.output.IsKnown()) state.output = state.input;
  if (!state.id.IsKnown()) state.id = Value::String(MakeId(random));
  response.state = state.ToValue();
  return response;
}

ImportResponse Import(const ImportRequest& request) {
  Attributes state;
  state.id = Value::String(request.id);
  ImportResponse response;
  response.resources.push_back({.type_name = request.type_name, .state = state.ToValue()});
  return response;
}

MoveStateResponse Move(const MoveStateRequest& request, const Type& type) {
  MoveStateResponse response{.state = Value::Null(type)};
  if (!request.source_provider_address.ends_with("hashicorp/null")) {
    response.diagnostics.push_back(
        ErrorOf("Unsupported source provider for move operation",
                "Only moving from the official hashicorp/null provider to terraform_data is supported."));
    return response;
  }
  if (request.source_type_name != "null_resource") {
    response.diagnostics.push_back(
        ErrorOf("Unsupported source resource type for move operation",
                "Only moving from the null_resource managed resource to terraform_data is supported."));
    return response;
  }
  const auto source = hcl::FromJsonText(request.source_json);
  if (!source || source->kind() != hcl::TypeKind::kObject || !source->HasContent()) {
    response.diagnostics.push_back(ErrorOf("Unable to read the state of the null_resource"));
    return response;
  }
  Attributes state;
  const Value* const id = source->Find("id");
  if (id && id->kind() == hcl::TypeKind::kString && id->HasContent()) state.id = *id;
  if (const Value* const triggers = source->Find("triggers")) state.triggers_replace = *triggers;
  response.state = state.ToValue();
  return response;
}

}  // namespace cairn::provider::terraform_data
