#include "infra/testing/fake_provider.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "hcl/value_json.h"
#include "hcl/value_marks.h"

namespace cairn::infra {
namespace {

using hcl::Type;
using hcl::Value;

provider::Schema ThingSchema() {
  auto block = std::make_shared<hcl::BlockSchema>(hcl::MakeBlockSchema({
      {.name = "id", .type = Type::String(), .computed = true},
      {.name = "name", .type = Type::String(), .required = true},
      {.name = "size", .type = Type::Number(), .optional = true},
      {.name = "kind", .type = Type::String(), .optional = true},
      {.name = "label", .type = Type::String(), .optional = true, .computed = true},
      {.name = "secret", .type = Type::String(), .optional = true, .sensitive = true},
  }));
  return {.version = 1, .block = block};
}

provider::Schema LookupSchema() {
  auto block = std::make_shared<hcl::BlockSchema>(
      hcl::MakeBlockSchema({{.name = "name", .type = Type::String(), .required = true},
                            {.name = "id", .type = Type::String(), .computed = true}}));
  return {.block = block};
}

Value With(const Value& object, std::string_view name, const Value& member) {
  return hcl::WithValueAt(object, {hcl::PathStep::Attribute(name)}, member);
}

std::string TextOf(const Value& object, std::string_view name) {
  const Value& value = *object.Find(name);
  return value.HasContent() ? std::string(value.AsString()) : std::string();
}

// Counts calls that run at the same time.
class Running {
 public:
  explicit Running(FakeWorld& world) : world_(world) {
    world_.running_max = std::max(world_.running_max, ++world_.running);
  }
  ~Running() { --world_.running; }

 private:
  FakeWorld& world_;
};

std::unexpected<Error> Missing() {
  return Fail(ErrorCode::kNotFound, "the fake provider does not have this");
}

}  // namespace

std::shared_ptr<const provider::Schemas> FakeSchemas() {
  auto schemas = std::make_shared<provider::FixedSchemas>();
  schemas->Add(provider::SchemaKind::kProvider, "",
               {.block = std::make_shared<hcl::BlockSchema>(
                    hcl::MakeBlockSchema({{.name = "token", .type = Type::String(), .optional = true}}))});
  schemas->Add(provider::SchemaKind::kResource, "test_thing", ThingSchema());
  schemas->Add(provider::SchemaKind::kDataSource, "test_lookup", LookupSchema());
  return schemas;
}

FakeProvider::FakeProvider(FakeWorld& world) : world_(world), schemas_(FakeSchemas()) {}

net::Task<Result<provider::SchemasResponse>> FakeProvider::GetSchemas() {
  co_return provider::SchemasResponse{.schemas = schemas_};
}
net::Task<Result<provider::Diagnostics>> FakeProvider::ValidateProviderConfig(Value) {
  co_return provider::Diagnostics();
}
net::Task<Result<provider::Diagnostics>> FakeProvider::Configure(provider::ConfigureRequest) {
  ++world_.configured;
  co_return provider::Diagnostics();
}
net::Task<Result<provider::Diagnostics>> FakeProvider::ValidateResource(provider::ValidateRequest request) {
  provider::Diagnostics diagnostics;
  if (TextOf(request.config, "name") == "forbidden") {
    diagnostics.push_back({.summary = "Bad name",
                           .detail = "It is forbidden.",
                           .attribute = {hcl::PathStep::Attribute("name")}});
  }
  co_return diagnostics;
}
net::Task<Result<provider::Diagnostics>> FakeProvider::ValidateDataSource(provider::ValidateRequest) {
  co_return provider::Diagnostics();
}
net::Task<Result<provider::Diagnostics>> FakeProvider::ValidateEphemeral(provider::ValidateRequest) {
  co_return Missing();
}

net::Task<Result<provider::UpgradeStateResponse>> FakeProvider::UpgradeResourceState(
    provider::UpgradeStateRequest request) {
  auto value = hcl::FromJsonText(request.json, ThingSchema().block->type);
  if (!value) co_return std::unexpected(value.error());
  co_return provider::UpgradeStateResponse{.state = *value};
}

net::Task<Result<provider::ReadResourceResponse>> FakeProvider::ReadResource(
    provider::ReadResourceRequest request) {
  const Running running(world_);
  co_await world_.loop.Yield();
  const auto found = world_.things.find(TextOf(request.state, "id"));
  const Value state = found == world_.things.end() ? Value::Null(request.state.type()) : found->second;
  co_return provider::ReadResourceResponse{.state = state, .private_data = request.private_data};
}

net::Task<Result<provider::PlanResponse>> FakeProvider::PlanResourceChange(provider::PlanRequest request) {
  provider::PlanResponse response{.planned_state = request.proposed_state, .planned_private = "planned"};
  if (request.proposed_state.IsNull()) co_return response;
  if (request.prior_state.IsNull()) {
    response.planned_state = With(response.planned_state, "id", Value::Unknown(Type::String()));
    if (request.config.Find("label")->IsNull()) {
      response.planned_state = With(response.planned_state, "label", Value::Unknown(Type::String()));
    }
  } else {
    response.requires_replace.push_back({hcl::PathStep::Attribute("kind")});
  }
  co_return response;
}

net::Task<Result<provider::ApplyResponse>> FakeProvider::ApplyResourceChange(provider::ApplyRequest request) {
  const Running running(world_);
  co_await world_.loop.Yield();
  if (request.planned_state.IsNull()) {
    world_.things.erase(TextOf(request.prior_state, "id"));
    world_.log.push_back("destroy " + TextOf(request.prior_state, "name"));
    co_return provider::ApplyResponse{.state = request.planned_state};
  }
  const std::string name = TextOf(request.planned_state, "name");
  const bool creates = request.prior_state.IsNull();
  if (world_.failing.contains(name)) {
    provider::ApplyResponse failed{.state = request.prior_state};
    failed.diagnostics.push_back({.summary = "Cannot make it", .detail = "The world is full."});
    co_return failed;
  }
  Value state = request.planned_state;
  if (creates) state = With(state, "id", Value::String(Format("id-{}", ++world_.made)));
  if (!state.Find("label")->IsKnown()) state = With(state, "label", Value::String("label of " + name));
  world_.things.insert_or_assign(TextOf(state, "id"), state);
  world_.log.push_back((creates ? "create " : "update ") + name);
  co_return provider::ApplyResponse{.state = state, .private_data = "applied"};
}

net::Task<Result<provider::ReadDataSourceResponse>> FakeProvider::ReadDataSource(
    provider::ReadDataSourceRequest request) {
  co_await world_.loop.Yield();
  const std::string name = TextOf(request.config, "name");
  Value id = Value::Null(Type::String());
  for (const auto& [key, thing] : world_.things) {
    if (TextOf(thing, "name") == name) id = Value::String(key);
  }
  world_.log.push_back("read " + name);
  co_return provider::ReadDataSourceResponse{.state = With(request.config, "id", id)};
}

net::Task<Result<provider::ImportResponse>> FakeProvider::ImportResourceState(provider::ImportRequest) {
  co_return Missing();
}
net::Task<Result<provider::MoveStateResponse>> FakeProvider::MoveResourceState(provider::MoveStateRequest) {
  co_return Missing();
}
net::Task<Result<provider::OpenEphemeralResponse>> FakeProvider::OpenEphemeral(
    provider::OpenEphemeralRequest) {
  co_return Missing();
}
net::Task<Result<provider::RenewEphemeralResponse>> FakeProvider::RenewEphemeral(provider::EphemeralRequest) {
  co_return Missing();
}
net::Task<Result<provider::Diagnostics>> FakeProvider::CloseEphemeral(provider::EphemeralRequest) {
  co_return Missing();
}
net::Task<Result<provider::CallFunctionResponse>> FakeProvider::CallFunction(provider::CallFunctionRequest) {
  co_return Missing();
}
net::Task<Result<>> FakeProvider::Stop() {
  co_return Result<>();
}
net::Task<void> FakeProvider::Close() {
  co_return;
}

net::Task<Result<std::unique_ptr<provider::Provider>>> StartFake(FakeWorld& world) {
  std::unique_ptr<provider::Provider> provider = std::make_unique<FakeProvider>(world);
  co_return provider;
}

}  // namespace cairn::infra
