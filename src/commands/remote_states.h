#pragma once

// What the data source terraform_remote_state reads.

#include "commands/backends.h"
#include "provider/remote_state.h"

namespace cairn::commands {

class RemoteStates final : public provider::RemoteStates {
 public:
  // Both must outlive it.
  RemoteStates(const Environment& environment, net::Loop& loop)
      : backends_(environment, loop, environment.DataFolder()) {}

  bool Knows(std::string_view backend) const override;
  Result<> Check(std::string_view backend, const hcl::Value& config) const override;
  net::Task<Result<std::optional<hcl::Value>>> Outputs(const std::string& backend, const hcl::Value& config,
                                                       const std::string& workspace) override;

 private:
  Backends backends_;
};

}  // namespace cairn::commands
