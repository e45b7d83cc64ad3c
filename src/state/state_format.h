#pragma once

// State as its file has it: JSON of format version 4, byte for byte as Terraform 1.11 writes it.

#include <memory>
#include <optional>
#include <string>

#include "hcl/diagnostic.h"
#include "state/state.h"

namespace cairn::state {

inline constexpr size_t kStateBytesMax = size_t{2} << 30;

// The state in `text`, which it keeps alive. Nothing, and errors in the peer's words, if something is wrong
// with it: it is not JSON, comes from a newer format, or from one before version 4.
std::optional<State> ReadState(std::shared_ptr<const std::string> text, hcl::Diagnostics& diagnostics);
std::optional<State> ReadState(std::string text, hcl::Diagnostics& diagnostics);

// With a newline at the end. Reading it gives the same state.
// REQUIRES: outputs are wholly known; no resource is ephemeral.
std::string WriteState(const State& state);

}  // namespace cairn::state
