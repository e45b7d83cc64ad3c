#pragma once

// The provider that is built in: terraform.io/builtin/terraform, with the resource terraform_data.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "provider/provider.h"

namespace cairn::provider {

// Fills with unpredictable bytes.
using RandomBytes = std::function<void(std::span<uint8_t>)>;

std::unique_ptr<Provider> MakeBuiltinProvider(RandomBytes random);

}  // namespace cairn::provider
