#pragma once

// Requests to a provider and its answers, as messages of tfplugin5.proto and tfplugin6.proto, which agree but
// for the schemas (schema_wire.h). Internal to the folder.

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/type.h"
#include "provider/provider.h"

namespace cairn::provider {

// What the values of a request are: of the type it concerns, and of provider_meta, if the provider has that.
struct RequestTypes {
  hcl::Type block = {};
  std::optional<hcl::Type> meta = {};
};

// Fails if a value does not conform to its type (kInvalid).
Result<std::string> EncodeConfig(const hcl::Value& config, const hcl::Type& type);  // of the provider
Result<std::string> Encode(const ConfigureRequest& request, const RequestTypes& types);
Result<std::string> Encode(const ValidateRequest& request, const RequestTypes& types, bool is_resource);
Result<std::string> Encode(const UpgradeStateRequest& request, const RequestTypes& types);
Result<std::string> Encode(const ReadResourceRequest& request, const RequestTypes& types);
Result<std::string> Encode(const PlanRequest& request, const RequestTypes& types);
Result<std::string> Encode(const ApplyRequest& request, const RequestTypes& types);
Result<std::string> Encode(const ImportRequest& request, const RequestTypes& types);
Result<std::string> Encode(const MoveStateRequest& request, const RequestTypes& types);
Result<std::string> Encode(const ReadDataSourceRequest& request, const RequestTypes& types);
Result<std::string> Encode(const OpenEphemeralRequest& request, const RequestTypes& types);
Result<std::string> Encode(const EphemeralRequest& request, const RequestTypes& types);
Result<std::string> Encode(const CallFunctionRequest& request, const FunctionSignature& signature);

// `type` is that of the values in the answer. kInvalid or kOverloaded, with the field, if the message is
// malformed.
Result<> Decode(std::string_view message, const hcl::Type& type, UpgradeStateResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, ReadResourceResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, PlanResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, ApplyResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, MoveStateResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, ReadDataSourceResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, OpenEphemeralResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, RenewEphemeralResponse& response);
Result<> Decode(std::string_view message, const hcl::Type& type, CallFunctionResponse& response);
// Imported resources may be of several types.
using TypeFinder = std::function<Result<hcl::Type>(std::string_view type_name)>;
Result<> DecodeImport(std::string_view message, const TypeFinder& type_of, ImportResponse& response);
// Answers that hold nothing but diagnostics, in that field.
Result<Diagnostics> DecodeDiagnostics(std::string_view message, uint32_t field);
Result<std::string> DecodeStop(std::string_view message);  // what went wrong, or ""

// One message of these types.
Result<> DecodeDiagnostic(std::string_view message, Diagnostics& list);
Capabilities DecodeCapabilities(std::string_view message);

}  // namespace cairn::provider
