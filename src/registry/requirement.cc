#include "registry/requirement.h"

#include <utility>

#include "base/strings.h"

namespace cairn::registry {

std::expected<LooseConstraints, Mistake> ParseModuleRequirement(std::string_view text) {
  Result<LooseConstraints> constraints = ParseLooseConstraints(text);
  if (constraints) return *std::move(constraints);
  return std::unexpected(
      Mistake{"Invalid version constraint", "This string does not use correct version constraint syntax."});
}

std::expected<VersionConstraints, Mistake> ParseProviderRequirement(std::string_view text) {
  if (const auto loose = ParseModuleRequirement(text); !loose) return std::unexpected(loose.error());
  Result<VersionConstraints> constraints = ParseVersionConstraints(text);
  if (constraints) return *std::move(constraints);
  return std::unexpected(
      Mistake{"Invalid version constraint",
              Format("Incorrect version constraint syntax: {}.", constraints.error().message)});
}

std::expected<LooseConstraints, Mistake> ParseRequiredVersion(std::string_view text) {
  std::expected<LooseConstraints, Mistake> constraints = ParseModuleRequirement(text);
  if (!constraints) return constraints;
  for (const LooseConstraint& constraint : *constraints) {
    if (constraint.boundary.prerelease.empty()) continue;
    return std::unexpected(Mistake{"Invalid required_version constraint",
                                   Format("Prerelease version constraints are not supported: {}. Remove the "
                                          "prerelease information from the "
                                          "constraint. Prerelease versions of terraform will match "
                                          "constraints using their version core only.",
                                          constraint.text)});
  }
  return constraints;
}

}  // namespace cairn::registry
