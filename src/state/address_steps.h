#pragma once

// The text of an address cut into its steps: names, and keys in brackets.

#include <memory>
#include <string_view>
#include <vector>

#include "hcl/scope.h"
#include "hcl/source.h"
#include "state/address_parser.h"

namespace cairn::state {

struct AddressSteps {
  std::shared_ptr<const hcl::Source> source = {};  // what the names point into
  std::vector<hcl::TraversalStep> steps = {};      // the root first, as an attribute; at least one
};

AddressResult<AddressSteps> CutAddress(std::string_view text);

}  // namespace cairn::state
