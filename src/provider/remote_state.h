#pragma once

// terraform_remote_state: a data source that reads the outputs of another state. What backends there are is
// for whoever makes the provider to say.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hcl/schema.h"
#include "hcl/value.h"
#include "net/task.h"
#include "provider/provider.h"

namespace cairn::provider {

// Belongs to the loop of the provider.
class RemoteStates {
 public:
  virtual ~RemoteStates() = default;

  // Whether there is such a backend.
  virtual bool Knows(std::string_view backend) const = 0;
  // What is wrong with `config` for it, as a clause: `attribute "key" is required`. What is unknown is not
  // wrong.
  virtual Result<> Check(std::string_view backend, const hcl::Value& config) const = 0;
  // The outputs of a workspace's state, as an object; nothing if there is no state. `config` is wholly known
  // and has been checked.
  virtual net::Task<Result<std::optional<hcl::Value>>> Outputs(const std::string& backend,
                                                               const hcl::Value& config,
                                                               const std::string& workspace) = 0;
};

// Internal to the folder.
namespace remote_state {

inline constexpr std::string_view kTypeName = "terraform_remote_state";

std::shared_ptr<const hcl::BlockSchema> MakeSchema();
Diagnostics Validate(const hcl::Value& config, const RemoteStates& states);
net::Task<ReadDataSourceResponse> Read(ReadDataSourceRequest request, RemoteStates& states);

}  // namespace remote_state

}  // namespace cairn::provider
