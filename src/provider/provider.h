#pragma once

// The boundary between the infrastructure engine and the providers: what can be asked of one, whether it is a
// plugin process (protocol 5 or 6) or built in. Source: tfplugin5.proto and tfplugin6.proto, whose messages
// these are, without the wire; names are those of protocol 6.
//
// Every call is asynchronous: it belongs to the loop of the provider, runs when awaited, and is cancelled by
// destroying its task. Any number may run at the same time. The provider must outlive them.
//
// A call fails (Result) if the provider did not answer as it must, with a message that names it: it cannot be
// reached, crashed, hangs, answered nonsense (a value that is not of the schema's type too), or does not have
// the call or the type at all. Whether the operation happened is then unknown. What a provider has to say
// about the request is in the response's diagnostics; with an error among them the rest of the response may
// be missing.
//
// Values are of the type of their schema's block (Type::WithoutOptional), null values of any type. Marks are
// not sent: whoever asks puts them back. A value that a response lacks is null, of the schema's type.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "hcl/diagnostic.h"
#include "hcl/value.h"
#include "hcl/value_path.h"
#include "net/task.h"
#include "provider/schemas.h"

namespace cairn::provider {

// What a provider says about what a user wrote, or about the world behind it.
struct Diagnostic {
  hcl::Severity severity = hcl::Severity::kError;
  std::string summary;
  std::string detail = {};
  hcl::ValuePath attribute =
      {};  // what it is about, in the configuration; empty: all of it; never into a set

  bool operator==(const Diagnostic&) const = default;
};
using Diagnostics = std::vector<Diagnostic>;

bool HasErrors(const Diagnostics& diagnostics);

// Why a provider does not answer now; only if the request allowed it.
enum class Deferred : uint8_t {
  kUnknown,
  kResourceConfigUnknown,
  kProviderConfigUnknown,
  kAbsentPrerequisite,
};

struct SchemasResponse {
  std::shared_ptr<const Schemas> schemas;  // never null, even with errors
  Diagnostics diagnostics = {};
};

struct ConfigureRequest {
  std::string terraform_version;  // the version to be compatible with
  hcl::Value config;              // may hold unknown values
  bool deferral_allowed = false;
};

// Of a resource, a data source or an ephemeral resource.
struct ValidateRequest {
  std::string type_name;
  hcl::Value config;
  bool write_only_attributes_allowed = true;  // resources only
};

struct UpgradeStateRequest {
  std::string type_name;
  int64_t version = 0;                              // of the schema that the state was stored with
  std::string json = {};                            // the attributes, as the state file has them
  std::map<std::string, std::string> flatmap = {};  // those of a state before 0.12, if `json` is empty
};
struct UpgradeStateResponse {
  hcl::Value state;
  Diagnostics diagnostics = {};
};

struct ReadResourceRequest {
  std::string type_name;
  hcl::Value state;
  std::string private_data = {};  // opaque bytes, kept beside the state
  hcl::Value provider_meta = {};  // null: the module has none
  bool deferral_allowed = false;
};
struct ReadResourceResponse {
  hcl::Value state;  // null: it is gone
  std::string private_data = {};
  std::optional<Deferred> deferred = {};
  Diagnostics diagnostics = {};
};

struct PlanRequest {
  std::string type_name;
  hcl::Value prior_state;     // null: create
  hcl::Value proposed_state;  // null: destroy
  hcl::Value config;          // null: destroy
  std::string prior_private = {};
  hcl::Value provider_meta = {};
  bool deferral_allowed = false;
};
struct PlanResponse {
  hcl::Value planned_state;
  std::vector<hcl::ValuePath> requires_replace = {};
  std::string planned_private = {};
  bool legacy_type_system = false;  // tolerate inconsistencies of this answer
  std::optional<Deferred> deferred = {};
  Diagnostics diagnostics = {};
};

struct ApplyRequest {
  std::string type_name;
  hcl::Value prior_state;
  hcl::Value planned_state;
  hcl::Value config;
  std::string planned_private = {};
  hcl::Value provider_meta = {};
};
struct ApplyResponse {
  hcl::Value state;  // with errors: as far as it got
  std::string private_data = {};
  bool legacy_type_system = false;
  Diagnostics diagnostics = {};
};

struct ImportRequest {
  std::string type_name, id;
  bool deferral_allowed = false;
};
struct ImportedResource {
  std::string type_name;
  hcl::Value state;
  std::string private_data = {};
};
struct ImportResponse {
  std::vector<ImportedResource> resources = {};
  std::optional<Deferred> deferred = {};
  Diagnostics diagnostics = {};
};

struct MoveStateRequest {
  std::string source_provider_address;  // "registry.terraform.io/hashicorp/null"
  std::string source_type_name;
  int64_t source_schema_version = 0;
  std::string source_json;
  std::string source_private = {};
  std::string type_name;  // that it is to become
};
struct MoveStateResponse {
  hcl::Value state;
  std::string private_data = {};
  Diagnostics diagnostics = {};
};

struct ReadDataSourceRequest {
  std::string type_name;
  hcl::Value config;
  hcl::Value provider_meta = {};
  bool deferral_allowed = false;
};
struct ReadDataSourceResponse {
  hcl::Value state;
  std::optional<Deferred> deferred = {};
  Diagnostics diagnostics = {};
};

using RenewTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

struct OpenEphemeralRequest {
  std::string type_name;
  hcl::Value config;
  bool deferral_allowed = false;
};
struct OpenEphemeralResponse {
  hcl::Value result;
  std::optional<RenewTime> renew_at = {};  // RenewEphemeral is due then
  std::optional<std::string> private_data = {};
  std::optional<Deferred> deferred = {};
  Diagnostics diagnostics = {};
};
struct EphemeralRequest {  // to renew or to close
  std::string type_name;
  std::optional<std::string> private_data = {};
};
struct RenewEphemeralResponse {
  std::optional<RenewTime> renew_at = {};
  std::optional<std::string> private_data = {};
  Diagnostics diagnostics = {};
};

struct FunctionError {
  std::string text;
  std::optional<int64_t> argument = {};  // from 0: which one caused it
};
struct CallFunctionRequest {
  std::string name;
  std::vector<hcl::Value> arguments;  // of the parameters' types
};
struct CallFunctionResponse {
  hcl::Value result;  // of the type that the signature says
  std::optional<FunctionError> error = {};
};

class Provider {
 public:
  virtual ~Provider() = default;

  // What it offers. The first call may ask the process or read a cache, later ones answer at once with the
  // same schemas. Every other call needs them and waits for them.
  virtual net::Task<Result<SchemasResponse>> GetSchemas() = 0;

  virtual net::Task<Result<Diagnostics>> ValidateProviderConfig(hcl::Value config) = 0;
  // Once, before the calls below that concern the world: all but those that validate, upgrade or move.
  virtual net::Task<Result<Diagnostics>> Configure(ConfigureRequest request) = 0;

  virtual net::Task<Result<Diagnostics>> ValidateResource(ValidateRequest request) = 0;
  virtual net::Task<Result<Diagnostics>> ValidateDataSource(ValidateRequest request) = 0;
  virtual net::Task<Result<Diagnostics>> ValidateEphemeral(ValidateRequest request) = 0;

  virtual net::Task<Result<UpgradeStateResponse>> UpgradeResourceState(UpgradeStateRequest request) = 0;
  virtual net::Task<Result<ReadResourceResponse>> ReadResource(ReadResourceRequest request) = 0;
  virtual net::Task<Result<PlanResponse>> PlanResourceChange(PlanRequest request) = 0;
  virtual net::Task<Result<ApplyResponse>> ApplyResourceChange(ApplyRequest request) = 0;
  virtual net::Task<Result<ImportResponse>> ImportResourceState(ImportRequest request) = 0;
  virtual net::Task<Result<MoveStateResponse>> MoveResourceState(MoveStateRequest request) = 0;

  virtual net::Task<Result<ReadDataSourceResponse>> ReadDataSource(ReadDataSourceRequest request) = 0;
  virtual net::Task<Result<OpenEphemeralResponse>> OpenEphemeral(OpenEphemeralRequest request) = 0;
  virtual net::Task<Result<RenewEphemeralResponse>> RenewEphemeral(EphemeralRequest request) = 0;
  virtual net::Task<Result<Diagnostics>> CloseEphemeral(EphemeralRequest request) = 0;
  virtual net::Task<Result<CallFunctionResponse>> CallFunction(CallFunctionRequest request) = 0;

  // Asks it to give up what it is doing as soon as it can do so safely; the calls that run then end with
  // errors of its own.
  virtual net::Task<Result<>> Stop() = 0;

  // Ends the process, if there is one: asks it to, and kills it where it does not within two seconds. No call
  // may run, none may follow. Destroying a provider that was not closed kills its process at once.
  virtual net::Task<void> Close() = 0;
};

}  // namespace cairn::provider
