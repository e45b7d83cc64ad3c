#pragma once

// Texts that a command reads.

#include <cstddef>
#include <memory>
#include <string>

#include "hcl/diagnostic.h"
#include "hcl/parser.h"
#include "hcl/source.h"

namespace cairn::hcl_tool {

inline constexpr size_t kSourceBytesMax = hcl::ParseLimits::kBytesMax;

// The file at `path`, which diagnostics call `name`. Null, and an error, if it is not there, cannot be read,
// is larger than kSourceBytesMax, or holds a zero byte, as programs and pictures do and no text.
std::shared_ptr<const hcl::Source> ReadSource(const std::string& path, const std::string& name,
                                              hcl::Diagnostics& diagnostics);

// Standard input up to its end, as "<stdin>".
std::shared_ptr<const hcl::Source> ReadStandardInput(hcl::Diagnostics& diagnostics);

}  // namespace cairn::hcl_tool
