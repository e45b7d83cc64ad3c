#include "provider/builtin.h"

#include <utility>

#include "base/strings.h"
#include "provider/terraform_data.h"
#include "provider/terraform_functions.h"

namespace cairn::provider {

namespace {

// Everything is answered at once.
class BuiltinProvider final : public Provider {
 public:
  BuiltinProvider(RandomBytes random, RemoteStates& states) : random_(std::move(random)), states_(states) {
    const auto empty = std::make_shared<const hcl::BlockSchema>(hcl::MakeBlockSchema({}));
    schemas_->Add(SchemaKind::kProvider, "", {.block = empty});
    schemas_->Add(SchemaKind::kResource, std::string(terraform_data::kTypeName),
                  {.block = terraform_data::MakeSchema()});
    schemas_->Add(SchemaKind::kDataSource, std::string(remote_state::kTypeName),
                  {.block = remote_state::MakeSchema()});
    terraform_functions::AddTo(*schemas_);
    schemas_->set_capabilities({.schema_optional = true, .move_resource_state = true});
  }

  net::Task<Result<SchemasResponse>> GetSchemas() override { co_return SchemasResponse{.schemas = schemas_}; }
  net::Task<Result<Diagnostics>> ValidateProviderConfig(hcl::Value) override { co_return Diagnostics(); }
  net::Task<Result<Diagnostics>> Configure(ConfigureRequest) override { co_return Diagnostics(); }

  net::Task<Result<Diagnostics>> ValidateResource(ValidateRequest request) override {
    const auto type = Find(request.type_name);
    if (!type) co_return std::unexpected(type.error());
    co_return terraform_data::Validate(request.config);
  }
  net::Task<Result<UpgradeStateResponse>> UpgradeResourceState(UpgradeStateRequest request) override {
    const auto type = Find(request.type_name);
    if (!type) co_return std::unexpected(type.error());
    co_return terraform_data::Upgrade(request, *type);
  }
  net::Task<Result<ReadResourceResponse>> ReadResource(ReadResourceRequest request) override {
    const auto type = Find(request.type_name);
    if (!type) co_return std::unexpected(type.error());
    co_return ReadResourceResponse{.state = request.state, .private_data = request.private_data};
  }
  net::Task<Result<PlanResponse>> PlanResourceChange(PlanRequest request) override {
    const auto type = Find(request.type_name);
    if (!type) co_return std::unexpected(type.error());
    co_return terraform_data::Plan(request);
  }
  net::Task<Result<ApplyResponse>> ApplyResourceChange(ApplyRequest request) override {
    const auto type = Find(request.type_name);
    if (!type) co_return std::unexpected(type.error());
    co_return terraform_data::Apply(request, random_);
  }
  net::Task<Result<ImportResponse>> ImportResourceState(ImportRequest request) override {
    const auto type = Find(request.type_name);
    if (!type) co_return std::unexpected(type.error());
    co_return terraform_data::Import(request);
  }
  net::Task<Result<MoveStateResponse>> MoveResourceState(MoveStateRequest request) override {
    const auto type = Find(request.type_name);
    if (!type) co_return std::unexpected(type.error());
    co_return terraform_data::Move(request, *type);
  }

  net::Task<Result<Diagnostics>> ValidateDataSource(ValidateRequest request) override {
    if (request.type_name != remote_state::kTypeName) {
      co_return NoSuchType(SchemaKind::kDataSource, request.type_name);
    }
    co_return remote_state::Validate(request.config, states_);
  }
  net::Task<Result<ReadDataSourceResponse>> ReadDataSource(ReadDataSourceRequest request) override {
    if (request.type_name != remote_state::kTypeName) {
      co_return NoSuchType(SchemaKind::kDataSource, request.type_name);
    }
    co_return co_await remote_state::Read(std::move(request), states_);
  }
  net::Task<Result<Diagnostics>> ValidateEphemeral(ValidateRequest request) override {
    co_return NoSuchType(SchemaKind::kEphemeral, request.type_name);
  }
  net::Task<Result<OpenEphemeralResponse>> OpenEphemeral(OpenEphemeralRequest request) override {
    co_return NoSuchType(SchemaKind::kEphemeral, request.type_name);
  }
  net::Task<Result<RenewEphemeralResponse>> RenewEphemeral(EphemeralRequest request) override {
    co_return NoSuchType(SchemaKind::kEphemeral, request.type_name);
  }
  net::Task<Result<Diagnostics>> CloseEphemeral(EphemeralRequest request) override {
    co_return NoSuchType(SchemaKind::kEphemeral, request.type_name);
  }
  net::Task<Result<CallFunctionResponse>> CallFunction(CallFunctionRequest request) override {
    co_return terraform_functions::Call(request);
  }
  net::Task<Result<>> Stop() override { co_return {}; }
  net::Task<void> Close() override { co_return; }

 private:
  // The type of the state of such a resource.
  Result<hcl::Type> Find(std::string_view type_name) const {
    const auto schema = schemas_->Find(SchemaKind::kResource, type_name);
    if (!schema) return std::unexpected(schema.error());
    return (*schema)->block->type;
  }

  const RandomBytes random_;
  RemoteStates& states_;
  const std::shared_ptr<FixedSchemas> schemas_ = std::make_shared<FixedSchemas>();
};

}  // namespace

std::unique_ptr<Provider> MakeBuiltinProvider(RandomBytes random, RemoteStates& states) {
  return std::make_unique<BuiltinProvider>(std::move(random), states);
}

}  // namespace cairn::provider
