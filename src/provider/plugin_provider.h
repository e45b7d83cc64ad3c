#pragma once

// A provider behind a connection to a plugin. Internal to the folder.

#include <memory>
#include <optional>
#include <string>

#include "provider/plugin.h"
#include "provider/plugin_link.h"
#include "provider/plugin_rpc.h"
#include "provider/provider.h"
#include "provider/schema_cache.h"
#include "provider/wire_schemas.h"

namespace cairn::provider {

class PluginProvider final : public Provider {
 public:
  PluginProvider(std::unique_ptr<PluginLink> link, PluginOptions options);

  net::Task<Result<SchemasResponse>> GetSchemas() override;
  net::Task<Result<Diagnostics>> ValidateProviderConfig(hcl::Value config) override;
  net::Task<Result<Diagnostics>> Configure(ConfigureRequest request) override;
  net::Task<Result<Diagnostics>> ValidateResource(ValidateRequest request) override;
  net::Task<Result<Diagnostics>> ValidateDataSource(ValidateRequest request) override;
  net::Task<Result<Diagnostics>> ValidateEphemeral(ValidateRequest request) override;
  net::Task<Result<UpgradeStateResponse>> UpgradeResourceState(UpgradeStateRequest request) override;
  net::Task<Result<ReadResourceResponse>> ReadResource(ReadResourceRequest request) override;
  net::Task<Result<PlanResponse>> PlanResourceChange(PlanRequest request) override;
  net::Task<Result<ApplyResponse>> ApplyResourceChange(ApplyRequest request) override;
  net::Task<Result<ImportResponse>> ImportResourceState(ImportRequest request) override;
  net::Task<Result<MoveStateResponse>> MoveResourceState(MoveStateRequest request) override;
  net::Task<Result<ReadDataSourceResponse>> ReadDataSource(ReadDataSourceRequest request) override;
  net::Task<Result<OpenEphemeralResponse>> OpenEphemeral(OpenEphemeralRequest request) override;
  net::Task<Result<RenewEphemeralResponse>> RenewEphemeral(EphemeralRequest request) override;
  net::Task<Result<Diagnostics>> CloseEphemeral(EphemeralRequest request) override;
  net::Task<Result<CallFunctionResponse>> CallFunction(CallFunctionRequest request) override;
  net::Task<Result<>> Stop() override;
  net::Task<void> Close() override;

 private:
  // The answer to one call; errors say which call of which provider.
  net::Task<Result<std::string>> Call(Rpc rpc, Result<std::string> message);
  // A call about a type: `Response` holds values of it.
  template <typename Response, typename Request>
  net::Task<Result<Response>> Ask(Rpc rpc, SchemaKind kind, Request request);
  net::Task<Result<Diagnostics>> Validate(Rpc rpc, SchemaKind kind, ValidateRequest request);
  net::Task<Result<RequestTypes>> Types(SchemaKind kind, const std::string& type_name);
  net::Task<Result<>> FetchSchemas();
  Result<> UseSchemas(std::string response);
  bool UseCachedSchemas();
  Error Annotated(Rpc rpc, const Error& error) const;
  Error Malformed(Rpc rpc, const Error& error) const;

  const PluginOptions options_;
  std::unique_ptr<PluginLink> link_;
  std::shared_ptr<const WireSchemas> schemas_;  // null until they are there
  net::WaitList schemas_fetched_;
  bool fetching_ = false;
};

}  // namespace cairn::provider
