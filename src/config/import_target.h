#pragma once

// The `to` of an import: an address whose keys may be expressions of `each`.

#include <functional>
#include <optional>

#include "hcl/body.h"
#include "hcl/diagnostic.h"
#include "hcl/value.h"
#include "state/address.h"

namespace cairn::config {

// What a key that is not written down as such comes to; unknown with errors, which it has reported.
using KeyEvaluator = std::function<hcl::Value(hcl::Expression)>;

// Nothing, and errors, if it is no address of an instance of a resource; nothing also where a key is unknown.
std::optional<state::InstanceAddress> ReadImportTarget(hcl::Expression to, const KeyEvaluator& key_of,
                                                       hcl::Diagnostics& diagnostics);

}  // namespace cairn::config
