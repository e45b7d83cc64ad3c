#pragma once

// What is said of a function whose call is at fault.

#include <optional>
#include <string>
#include <vector>

#include "hcl/type.h"

namespace cairn::hcl {

struct NamedParameter {
  std::string name;
  Type type = {};
};

struct CalledFunction {
  std::string name;  // as it is written there
  std::vector<NamedParameter> parameters = {};
  std::optional<NamedParameter> variadic = {};
  Type return_type = {};

  // "max(numbers...)"
  std::string Signature() const;
};

}  // namespace cairn::hcl
