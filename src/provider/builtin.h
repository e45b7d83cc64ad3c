#pragma once

// The provider that is built in: terraform.io/builtin/terraform, with the resource terraform_data
// and the data source terraform_remote_state.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "provider/provider.h"
#include "provider/remote_state.h"

namespace cairn::provider {

// Fills with unpredictable bytes.
using RandomBytes = std::function<void(std::span<uint8_t>)>;

// `states` must outlive it.
std::unique_ptr<Provider> MakeBuiltinProvider(RandomBytes random, RemoteStates& states);

}  // namespace cairn::provider
