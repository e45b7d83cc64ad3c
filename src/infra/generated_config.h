#pragma once

// A configuration for an object that has none, written as the peer writes it.

#include <string>
#include <string_view>

#include "hcl/schema.h"
#include "hcl/value.h"
#include "state/address.h"

namespace cairn::infra {

// The block of `resource`, laid out, without a newline at the end: each argument that `value`, which is
// wholly known, can be written with. What is computed or deprecated is left out, what is sensitive is null.
// `provider` is a reference to a provider's configuration, or empty.
std::string WriteResourceBlock(const state::ResourceName& resource, const hcl::BlockSchema& schema,
                               const hcl::Value& value, std::string_view provider = {});

}  // namespace cairn::infra
