#include <optional>
#include <utility>

#include "provider/value_msgpack.h"
#include "provider/wire.h"
#include "provider/wire_messages.h"

namespace cairn::provider {

namespace {

using hcl::Type;
using hcl::Value;

// Collects a request's fields; the first failure is the result.
class Request {
 public:
  Request& Number(uint32_t field, int64_t number) {
    writer_.Number(field, number);
    return *this;
  }
  Request& Text(uint32_t field, std::string_view text) {
    writer_.Text(field, text);
    return *this;
  }
  Request& OptionalText(uint32_t field, const std::optional<std::string>& text) {
    if (text) writer_.Bytes(field, *text);
    return *this;
  }
  // DynamicValue: in MessagePack.
  Request& Dynamic(uint32_t field, const Value& value, const Type& type);
  Request& Meta(uint32_t field, const Value& value, const RequestTypes& types) {
    return types.meta && !value.IsNull() ? Dynamic(field, value, *types.meta) : *this;
  }
  // ClientCapabilities.
  Request& Capabilities(uint32_t field, bool deferral_allowed, bool write_only_attributes_allowed);
  // RawState.
  Request& State(uint32_t field, std::string_view json, const std::map<std::string, std::string>& flatmap);

  Result<std::string> Take() {
    if (error_) return std::unexpected(*error_);
    return writer_.Take();
  }

 private:
  WireWriter writer_;
  std::optional<Error> error_;
};

Request& Request::Dynamic(uint32_t field, const Value& value, const Type& type) {
  if (error_) return *this;
  const auto bytes = ToMsgpack(value, type);
  if (!bytes) {
    error_ = bytes.error();
    return *this;
  }
  WireWriter dynamic;
  dynamic.Bytes(1, *bytes);
  writer_.Bytes(field, dynamic.Take());
  return *this;
}

Request& Request::Capabilities(uint32_t field, bool deferral_allowed, bool write_only_attributes_allowed) {
  WireWriter capabilities;
  capabilities.Boolean(1, deferral_allowed);
  capabilities.Boolean(2, write_only_attributes_allowed);
  writer_.Bytes(field, capabilities.Take());
  return *this;
}

Request& Request::State(uint32_t field, std::string_view json,
                        const std::map<std::string, std::string>& flatmap) {
  WireWriter state;
  state.Text(1, json);
  if (json.empty()) {
    for (const auto& [key, value] : flatmap) {
      WireWriter entry;
      entry.Text(1, key);
      entry.Text(2, value);
      state.Bytes(2, entry.Take());
    }
  }
  writer_.Bytes(field, state.Take());
  return *this;
}

}  // namespace

Result<std::string> EncodeConfig(const Value& config, const Type& type) {
  return Request().Dynamic(1, config, type).Take();
}

Result<std::string> Encode(const ConfigureRequest& request, const RequestTypes& types) {
  return Request()
      .Text(1, request.terraform_version)
      .Dynamic(2, request.config, types.block)
      .Capabilities(3, request.deferral_allowed, false)
      .Take();
}

Result<std::string> Encode(const ValidateRequest& request, const RequestTypes& types, bool is_resource) {
  Request message;
  message.Text(1, request.type_name).Dynamic(2, request.config, types.block);
  if (is_resource) message.Capabilities(3, false, request.write_only_attributes_allowed);
  return message.Take();
}

Result<std::string> Encode(const UpgradeStateRequest& request, const RequestTypes&) {
  return Request()
      .Text(1, request.type_name)
      .Number(2, request.version)
      .State(3, request.json, request.flatmap)
      .Take();
}

Result<std::string> Encode(const ReadResourceRequest& request, const RequestTypes& types) {
  return Request()
      .Text(1, request.type_name)
      .Dynamic(2, request.state, types.block)
      .Text(3, request.private_data)
      .Meta(4, request.provider_meta, types)
      .Capabilities(5, request.deferral_allowed, false)
      .Take();
}

Result<std::string> Encode(const PlanRequest& request, const RequestTypes& types) {
  return Request()
      .Text(1, request.type_name)
      .Dynamic(2, request.prior_state, types.block)
      .Dynamic(3, request.proposed_state, types.block)
      .Dynamic(4, request.config, types.block)
      .Text(5, request.prior_private)
      .Meta(6, request.provider_meta, types)
      .Capabilities(7, request.deferral_allowed, false)
      .Take();
}

Result<std::string> Encode(const ApplyRequest& request, const RequestTypes& types) {
  return Request()
      .Text(1, request.type_name)
      .Dynamic(2, request.prior_state, types.block)
      .Dynamic(3, request.planned_state, types.block)
      .Dynamic(4, request.config, types.block)
      .Text(5, request.planned_private)
      .Meta(6, request.provider_meta, types)
      .Take();
}

Result<std::string> Encode(const ImportRequest& request, const RequestTypes&) {
  return Request()
      .Text(1, request.type_name)
      .Text(2, request.id)
      .Capabilities(3, request.deferral_allowed, false)
      .Take();
}

Result<std::string> Encode(const MoveStateRequest& request, const RequestTypes&) {
  return Request()
      .Text(1, request.source_provider_address)
      .Text(2, request.source_type_name)
      .Number(3, request.source_schema_version)
      .State(4, request.source_json, {})
      .Text(5, request.type_name)
      .Text(6, request.source_private)
      .Take();
}

Result<std::string> Encode(const ReadDataSourceRequest& request, const RequestTypes& types) {
  return Request()
      .Text(1, request.type_name)
      .Dynamic(2, request.config, types.block)
      .Meta(3, request.provider_meta, types)
      .Capabilities(4, request.deferral_allowed, false)
      .Take();
}

Result<std::string> Encode(const OpenEphemeralRequest& request, const RequestTypes& types) {
  return Request()
      .Text(1, request.type_name)
      .Dynamic(2, request.config, types.block)
      .Capabilities(3, request.deferral_allowed, false)
      .Take();
}

Result<std::string> Encode(const EphemeralRequest& request, const RequestTypes&) {
  return Request().Text(1, request.type_name).OptionalText(2, request.private_data).Take();
}

Result<std::string> Encode(const CallFunctionRequest& request, const FunctionSignature& signature) {
  const auto& parameters = signature.parameters;
  if (request.arguments.size() < parameters.size() ||
      (request.arguments.size() > parameters.size() && !signature.variadic)) {
    return Fail(ErrorCode::kInvalid, "the number of arguments is not what the function takes");
  }
  Request message;
  message.Text(1, request.name);
  for (size_t i = 0; i < request.arguments.size(); ++i) {
    const FunctionParameter& parameter = i < parameters.size() ? parameters[i] : *signature.variadic;
    message.Dynamic(2, request.arguments[i], parameter.type.WithoutOptional());
  }
  return message.Take();
}

}  // namespace cairn::provider
