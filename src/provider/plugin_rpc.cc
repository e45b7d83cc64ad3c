#include "provider/plugin_rpc.h"

#include <array>
#include <cstddef>

namespace cairn::provider {

const RpcDescription& Describe(Rpc rpc) {
  static constexpr std::array<RpcDescription, 18> kDescriptions = {{
      {"GetSchema", "GetProviderSchema", true},
      {"PrepareProviderConfig", "ValidateProviderConfig", true},
      {"Configure", "ConfigureProvider", false},
      {"ValidateResourceTypeConfig", "ValidateResourceConfig", true},
      {"ValidateDataSourceConfig", "ValidateDataResourceConfig", true},
      {"ValidateEphemeralResourceConfig", "ValidateEphemeralResourceConfig", true},
      {"UpgradeResourceState", "UpgradeResourceState", true},
      {"ReadResource", "ReadResource", false},
      {"PlanResourceChange", "PlanResourceChange", false},
      {"ApplyResourceChange", "ApplyResourceChange", false},
      {"ImportResourceState", "ImportResourceState", false},
      {"MoveResourceState", "MoveResourceState", true},
      {"ReadDataSource", "ReadDataSource", false},
      {"OpenEphemeralResource", "OpenEphemeralResource", false},
      {"RenewEphemeralResource", "RenewEphemeralResource", false},
      {"CloseEphemeralResource", "CloseEphemeralResource", false},
      {"CallFunction", "CallFunction", true},
      {"Stop", "StopProvider", true},
  }};
  return kDescriptions[static_cast<size_t>(rpc)];
}

}  // namespace cairn::provider
