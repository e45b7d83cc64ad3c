#pragma once

// Asking a provider what it would do to bring an object from one state to what is configured.

#include <string>
#include <vector>

#include "hcl/value.h"
#include "hcl/value_path.h"
#include "infra/operation.h"
#include "net/task.h"

namespace cairn::infra {

struct Proposal {
  bool ok = false;        // else why not has been reported
  hcl::Value value = {};  // the planned object, without marks
  std::string private_bytes = {};
  std::vector<hcl::ValuePath> requires_replace = {};
  bool legacy = false;  // the provider's mistakes are to be tolerated
};

// `prior` is null for a new object. Neither value has marks. `operation` and `instance` must outlive the
// task.
net::Task<Proposal> Propose(Operation& operation, const Instance& instance, const hcl::Value& prior,
                            const hcl::Value& wanted, const std::string& private_bytes);

// The provider's type for an object that does not exist.
hcl::Value NoObject(const Instance& instance);

}  // namespace cairn::infra
