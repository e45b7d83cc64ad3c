#include "config/checks.h"

#include <string>

#include "base/strings.h"
#include "registry/requirement.h"

namespace cairn::config {

void CheckRequiredVersions(const Config& root, std::string_view version, hcl::Diagnostics& diagnostics) {
  const auto ours = registry::ParseLooseVersion(version);
  root.Visit([&](const Config& config) {
    for (const VersionRequirement& required : config.module->required_versions) {
      const auto constraints = registry::ParseRequiredVersion(required.constraints);
      if (!constraints) {
        diagnostics.AddError(constraints.error().summary, constraints.error().detail, required.range);
      } else if (ours && !registry::Satisfies(*ours, *constraints)) {
        const std::string subject =
            config.parent == nullptr
                ? "This configuration"
                : Format("Module {} (from {})", config.path.ToString(), config.call->source);
        diagnostics.AddError(
            "Unsupported Terraform Core version",
            Format("{} does not support Terraform version {}. To proceed, either choose another supported "
                   "Terraform version or update this version constraint. Version constraints are normally "
                   "set for good reason, so updating the constraint may lead to other errors or unexpected "
                   "behavior.",
                   subject, version),
            required.range);
      }
    }
  });
}

void CheckCallArguments(const Config& root, hcl::Diagnostics& diagnostics) {
  root.Visit([&](const Config& config) {
    if (config.call == nullptr) return;
    hcl::BodySchema schema;
    for (const auto& [name, variable] : config.module->variables) {
      schema.attributes.push_back({name, !variable.default_value});
    }
    config.call->body.GetContent(schema, diagnostics);
  });
}

}  // namespace cairn::config
