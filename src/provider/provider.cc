#include "provider/provider.h"

#include <algorithm>

namespace cairn::provider {

bool HasErrors(const Diagnostics& diagnostics) {
  return std::ranges::any_of(diagnostics,
                             [](const Diagnostic& each) { return each.severity == hcl::Severity::kError; });
}

}  // namespace cairn::provider
