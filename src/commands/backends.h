#pragma once

// The backends there are (local, http, s3): what may be written for each, and making one of it.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "commands/environment.h"
#include "hcl/schema.h"
#include "hcl/value.h"
#include "http/client.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "state/backend.h"
#include "state/local_backend.h"

namespace cairn::commands {

// What `backend "TYPE"` may hold; null if there is no such backend.
const hcl::BlockSchema* FindBackendSchema(std::string_view type);

// `config` as an object of that schema, with null for what is not written. kInvalid with a clause of the
// peer's: `attribute "key" is required`. A `config` that is unknown anywhere is unknown there.
Result<hcl::Value> ToBackendConfig(const hcl::BlockSchema& schema, const hcl::Value& config);

// What a block of the backend "local" means.
state::LocalBackendOptions LocalOptionsOf(const hcl::Value& config);

// Makes backends, which must not outlive it. Belongs to the thread of its loop.
class Backends {
 public:
  // Both must outlive it. `data_folder` is ".terraform".
  Backends(const Environment& environment, net::Loop& loop, std::string data_folder);
  ~Backends();

  // `config` is what ToBackendConfig gave, wholly known. kInvalid: it makes no sense, or asks for what is not
  // there; kDenied: there are no credentials.
  Result<std::unique_ptr<state::Backend>> Make(std::string_view type, const hcl::Value& config);

 private:
  Result<http::Client*> Client();
  Result<std::unique_ptr<state::Backend>> MakeHttp(const hcl::Value& config);
  Result<std::unique_ptr<state::Backend>> MakeS3(const hcl::Value& config);

  const Environment& environment_;
  net::Loop& loop_;
  const std::string data_folder_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace cairn::commands
