#pragma once

// The calls of a plugin's provider service. Internal to the folder.

#include <cstdint>
#include <string_view>

#include "provider/schema_wire.h"

namespace cairn::provider {

enum class Rpc : uint8_t {
  kGetSchema,
  kValidateProvider,
  kConfigure,
  kValidateResource,
  kValidateDataSource,
  kValidateEphemeral,
  kUpgradeState,
  kReadResource,
  kPlan,
  kApply,
  kImport,
  kMoveState,
  kReadDataSource,
  kOpenEphemeral,
  kRenewEphemeral,
  kCloseEphemeral,
  kCallFunction,
  kStop,
};

struct RpcDescription {
  std::string_view name5;  // in protocol 5
  std::string_view name6;
  bool is_prompt;  // asks nothing of the world

  std::string_view name(Protocol protocol) const { return protocol == Protocol::k5 ? name5 : name6; }
};

const RpcDescription& Describe(Rpc rpc);

}  // namespace cairn::provider
