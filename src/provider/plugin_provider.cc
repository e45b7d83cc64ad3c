#include "provider/plugin_provider.h"

#include <utility>

#include "base/strings.h"
#include "provider/wire_messages.h"

namespace cairn::provider {

PluginProvider::PluginProvider(std::unique_ptr<PluginLink> link, PluginOptions options)
    : options_(std::move(options)), link_(std::move(link)), schemas_fetched_(link_->loop()) {}

// Errors.

Error PluginProvider::Annotated(Rpc rpc, const Error& error) const {
  return error.In(Format("provider {}: {}", options_.name, Describe(rpc).name(link_->protocol())));
}

Error PluginProvider::Malformed(Rpc rpc, const Error& error) const {
  const ErrorCode code = error.code == ErrorCode::kInvalid ? ErrorCode::kInternal : error.code;
  return Annotated(rpc, {code, "the plugin's answer is wrong: " + error.message});
}

// Calls.

net::Task<Result<std::string>> PluginProvider::Call(Rpc rpc, Result<std::string> message) {
  if (!message) co_return std::unexpected(Annotated(rpc, message.error()));
  const RpcDescription& description = Describe(rpc);
  const Duration timeout = description.is_prompt ? options_.prompt_timeout : options_.operation_timeout;
  const TimePoint deadline = link_->loop().clock().Now() + timeout;
  const std::string_view method = description.name(link_->protocol());
  auto answer = co_await link_->Call(method, std::move(*message), deadline);
  if (!answer) co_return std::unexpected(Annotated(rpc, answer.error()));
  co_return answer;
}

net::Task<Result<RequestTypes>> PluginProvider::Types(SchemaKind kind, const std::string& type_name) {
  const auto fetched = co_await FetchSchemas();
  if (!fetched) co_return std::unexpected(fetched.error());
  const auto schema = schemas_->Find(kind, type_name);
  if (!schema) co_return std::unexpected(schema.error().In(Format("provider {}", options_.name)));
  RequestTypes types{.block = (*schema)->block->type};
  if (kind == SchemaKind::kResource || kind == SchemaKind::kDataSource) {
    if (const auto meta = schemas_->Find(SchemaKind::kProviderMeta, "")) types.meta = (*meta)->block->type;
  }
  co_return types;
}

template <typename Response, typename Request>
net::Task<Result<Response>> PluginProvider::Ask(Rpc rpc, SchemaKind kind, Request request) {
  const auto types = co_await Types(kind, request.type_name);
  if (!types) co_return std::unexpected(types.error());
  auto message = Encode(request, *types);
  const auto answer = co_await Call(rpc, std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  Response response;
  if (const auto decoded = Decode(*answer, types->block, response); !decoded) {
    co_return std::unexpected(Malformed(rpc, decoded.error()));
  }
  co_return response;
}

// Schemas.

bool PluginProvider::UseCachedSchemas() {
  if (options_.schema_cache_directory.empty() || options_.package_hash.empty()) return false;
  const auto cached = SchemaCache(options_.schema_cache_directory).Find(options_.package_hash);
  if (!cached || cached->protocol != link_->protocol()) return false;
  auto opened = WireSchemas::Open(cached->response, cached->owner, cached->protocol);
  if (!opened || !(*opened)->capabilities().schema_optional) return false;
  schemas_ = std::move(*opened);
  return true;
}

Result<> PluginProvider::UseSchemas(std::string response) {
  const auto owner = std::make_shared<const std::string>(std::move(response));
  auto opened = WireSchemas::Open(*owner, owner, link_->protocol());
  if (!opened) return std::unexpected(Malformed(Rpc::kGetSchema, opened.error()));
  schemas_ = std::move(*opened);
  const bool worth_keeping = schemas_->capabilities().schema_optional && schemas_->diagnostics().empty() &&
                             !options_.schema_cache_directory.empty() && !options_.package_hash.empty();
  if (worth_keeping) {
    // A cache that cannot be written is none: the next run asks again.
    static_cast<void>(
        SchemaCache(options_.schema_cache_directory).Store(options_.package_hash, link_->protocol(), *owner));
  }
  return {};
}

net::Task<Result<>> PluginProvider::FetchSchemas() {
  while (fetching_) co_await schemas_fetched_.Wait();
  if (schemas_ || UseCachedSchemas()) co_return {};
  // Wakes the others however this ends, also by being cancelled.
  struct Fetching {
    explicit Fetching(PluginProvider& provider) : self(provider) { self.fetching_ = true; }
    ~Fetching() {
      self.fetching_ = false;
      self.schemas_fetched_.WakeAll();
    }
    PluginProvider& self;
  };
  const Fetching fetching(*this);
  Result<std::string> nothing("");
  auto answer = co_await Call(Rpc::kGetSchema, std::move(nothing));
  if (!answer) co_return std::unexpected(answer.error());
  co_return UseSchemas(std::move(*answer));
}

net::Task<Result<SchemasResponse>> PluginProvider::GetSchemas() {
  const auto fetched = co_await FetchSchemas();
  if (!fetched) co_return std::unexpected(fetched.error());
  co_return SchemasResponse{.schemas = schemas_, .diagnostics = schemas_->diagnostics()};
}

// The configuration.

net::Task<Result<Diagnostics>> PluginProvider::ValidateProviderConfig(hcl::Value config) {
  const std::string none;
  const auto types = co_await Types(SchemaKind::kProvider, none);
  if (!types) co_return std::unexpected(types.error());
  auto message = EncodeConfig(config, types->block);
  const auto answer = co_await Call(Rpc::kValidateProvider, std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  auto diagnostics = DecodeDiagnostics(*answer, 2);
  if (!diagnostics) co_return std::unexpected(Malformed(Rpc::kValidateProvider, diagnostics.error()));
  co_return diagnostics;
}

net::Task<Result<Diagnostics>> PluginProvider::Configure(ConfigureRequest request) {
  const std::string none;
  const auto types = co_await Types(SchemaKind::kProvider, none);
  if (!types) co_return std::unexpected(types.error());
  auto message = Encode(request, *types);
  const auto answer = co_await Call(Rpc::kConfigure, std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  auto diagnostics = DecodeDiagnostics(*answer, 1);
  if (!diagnostics) co_return std::unexpected(Malformed(Rpc::kConfigure, diagnostics.error()));
  co_return diagnostics;
}

net::Task<Result<Diagnostics>> PluginProvider::Validate(Rpc rpc, SchemaKind kind, ValidateRequest request) {
  const auto types = co_await Types(kind, request.type_name);
  if (!types) co_return std::unexpected(types.error());
  auto message = Encode(request, *types, kind == SchemaKind::kResource);
  const auto answer = co_await Call(rpc, std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  auto diagnostics = DecodeDiagnostics(*answer, 1);
  if (!diagnostics) co_return std::unexpected(Malformed(rpc, diagnostics.error()));
  co_return diagnostics;
}

net::Task<Result<Diagnostics>> PluginProvider::ValidateResource(ValidateRequest request) {
  return Validate(Rpc::kValidateResource, SchemaKind::kResource, std::move(request));
}

net::Task<Result<Diagnostics>> PluginProvider::ValidateDataSource(ValidateRequest request) {
  return Validate(Rpc::kValidateDataSource, SchemaKind::kDataSource, std::move(request));
}

net::Task<Result<Diagnostics>> PluginProvider::ValidateEphemeral(ValidateRequest request) {
  return Validate(Rpc::kValidateEphemeral, SchemaKind::kEphemeral, std::move(request));
}

// Resources.

net::Task<Result<UpgradeStateResponse>> PluginProvider::UpgradeResourceState(UpgradeStateRequest request) {
  return Ask<UpgradeStateResponse>(Rpc::kUpgradeState, SchemaKind::kResource, std::move(request));
}

net::Task<Result<ReadResourceResponse>> PluginProvider::ReadResource(ReadResourceRequest request) {
  return Ask<ReadResourceResponse>(Rpc::kReadResource, SchemaKind::kResource, std::move(request));
}

net::Task<Result<PlanResponse>> PluginProvider::PlanResourceChange(PlanRequest request) {
  return Ask<PlanResponse>(Rpc::kPlan, SchemaKind::kResource, std::move(request));
}

net::Task<Result<ApplyResponse>> PluginProvider::ApplyResourceChange(ApplyRequest request) {
  return Ask<ApplyResponse>(Rpc::kApply, SchemaKind::kResource, std::move(request));
}

net::Task<Result<MoveStateResponse>> PluginProvider::MoveResourceState(MoveStateRequest request) {
  return Ask<MoveStateResponse>(Rpc::kMoveState, SchemaKind::kResource, std::move(request));
}

net::Task<Result<ImportResponse>> PluginProvider::ImportResourceState(ImportRequest request) {
  const auto types = co_await Types(SchemaKind::kResource, request.type_name);
  if (!types) co_return std::unexpected(types.error());
  auto message = Encode(request, *types);
  const auto answer = co_await Call(Rpc::kImport, std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  const TypeFinder type_of = [this](std::string_view name) -> Result<hcl::Type> {
    const auto schema = schemas_->Find(SchemaKind::kResource, name);
    if (!schema) return std::unexpected(schema.error());
    return (*schema)->block->type;
  };
  ImportResponse response;
  if (const auto decoded = DecodeImport(*answer, type_of, response); !decoded) {
    co_return std::unexpected(Malformed(Rpc::kImport, decoded.error()));
  }
  co_return response;
}

// Everything else.

net::Task<Result<ReadDataSourceResponse>> PluginProvider::ReadDataSource(ReadDataSourceRequest request) {
  return Ask<ReadDataSourceResponse>(Rpc::kReadDataSource, SchemaKind::kDataSource, std::move(request));
}

net::Task<Result<OpenEphemeralResponse>> PluginProvider::OpenEphemeral(OpenEphemeralRequest request) {
  return Ask<OpenEphemeralResponse>(Rpc::kOpenEphemeral, SchemaKind::kEphemeral, std::move(request));
}

net::Task<Result<RenewEphemeralResponse>> PluginProvider::RenewEphemeral(EphemeralRequest request) {
  return Ask<RenewEphemeralResponse>(Rpc::kRenewEphemeral, SchemaKind::kEphemeral, std::move(request));
}

net::Task<Result<Diagnostics>> PluginProvider::CloseEphemeral(EphemeralRequest request) {
  auto message = Encode(request, RequestTypes{});
  const auto answer = co_await Call(Rpc::kCloseEphemeral, std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  auto diagnostics = DecodeDiagnostics(*answer, 1);
  if (!diagnostics) co_return std::unexpected(Malformed(Rpc::kCloseEphemeral, diagnostics.error()));
  co_return diagnostics;
}

net::Task<Result<CallFunctionResponse>> PluginProvider::CallFunction(CallFunctionRequest request) {
  const auto fetched = co_await FetchSchemas();
  if (!fetched) co_return std::unexpected(fetched.error());
  const auto signature = schemas_->FindFunction(request.name);
  if (!signature) co_return std::unexpected(signature.error().In(Format("provider {}", options_.name)));
  auto message = Encode(request, **signature);
  const auto answer = co_await Call(Rpc::kCallFunction, std::move(message));
  if (!answer) co_return std::unexpected(answer.error());
  CallFunctionResponse response;
  const hcl::Type type = (*signature)->result.WithoutOptional();
  if (const auto decoded = Decode(*answer, type, response); !decoded) {
    co_return std::unexpected(Malformed(Rpc::kCallFunction, decoded.error()));
  }
  co_return response;
}

net::Task<Result<>> PluginProvider::Stop() {
  Result<std::string> nothing("");
  const auto answer = co_await Call(Rpc::kStop, std::move(nothing));
  if (!answer) co_return std::unexpected(answer.error());
  const auto problem = DecodeStop(*answer);
  if (!problem) co_return std::unexpected(Malformed(Rpc::kStop, problem.error()));
  if (problem->empty()) co_return {};
  co_return std::unexpected(Annotated(Rpc::kStop, {ErrorCode::kInternal, *problem}));
}

net::Task<void> PluginProvider::Close() {
  return link_->Close(options_.stop_timeout);
}

// Starting one.

net::Task<Result<std::unique_ptr<Provider>>> StartPlugin(net::Loop& loop, PluginOptions options) {
  auto link = co_await PluginLink::Start(loop, options);
  if (!link) co_return std::unexpected(link.error().In(Format("provider {}", options.name)));
  co_return std::make_unique<PluginProvider>(std::move(*link), std::move(options));
}

net::Task<Result<std::unique_ptr<Provider>>> AttachPlugin(net::Loop& loop, ReattachTarget target,
                                                          PluginOptions options) {
  auto link = co_await PluginLink::Attach(loop, target, options);
  if (!link) co_return std::unexpected(link.error().In(Format("provider {}", options.name)));
  co_return std::make_unique<PluginProvider>(std::move(*link), std::move(options));
}

}  // namespace cairn::provider
