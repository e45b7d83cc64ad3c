#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/loose_version.h"
#include "registry/provider_address.h"
#include "registry/requirement.h"
#include "registry/version.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// What is printed reads as the same, and what is canonical stays as it is.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::registry;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto version = ParseVersion(text)) Check(*ParseVersion(ToString(*version)) == *version);
  if (const auto constraints = ParseVersionConstraints(text)) {
    const std::string canonical = ToString(*constraints);
    const auto again = ParseVersionConstraints(canonical);
    Check(again && ToString(*again) == canonical);
    for (const VersionConstraint& constraint : *constraints) {
      Check(Satisfies(constraint.boundary, *constraints) == Satisfies(constraint.boundary, *again));
    }
  }
  if (const auto loose = ParseLooseVersion(text)) {
    const auto again = ParseLooseVersion(ToString(*loose));
    Check(again && ComparePrecedence(*again, *loose) == 0);
  }
  (void)ParseRequiredVersion(text);
  (void)ParseProviderRequirement(text);
  if (const auto address = ParseProviderAddress(text)) {
    Check(*ParseProviderAddress(ToString(*address)) == *address);
  }
  return 0;
}
