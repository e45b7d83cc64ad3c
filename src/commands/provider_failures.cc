#include "commands/provider_failures.h"

#include <string>
#include <utility>

#include "base/strings.h"

namespace cairn::commands {
namespace {

using registry::InstallFailure;

std::string DetailOfQuery(const InstallFailure& failure) {
  const std::string provider = registry::ForDisplay(failure.provider);
  std::string detail = Format("Could not retrieve the list of available versions for provider {}: {}",
                              provider, failure.message);
  if (failure.not_found && failure.message.ends_with("search locations")) {
    detail += "\n";
    for (const std::string_view place : Split(failure.searched_places, '\n')) {
      detail += Format("\n  - {}", place);
    }
  } else if (failure.not_found) {
    detail += Format(
        "\n\nAll modules should specify their required_providers so that external consumers will get the "
        "correct providers when using a module. To see which modules are currently depending on {}, run the "
        "following command:\n    terraform providers",
        provider);
  } else {
    detail += Format(
        "\n\nTo see which modules are currently depending on {} and what versions are specified, run the "
        "following command:\n    terraform providers",
        provider);
  }
  return detail;
}

}  // namespace

hcl::Diagnostic DiagnosticOf(const InstallFailure& failure) {
  using Stage = InstallFailure::Stage;
  const std::string provider = registry::ForDisplay(failure.provider);
  switch (failure.stage) {
    case Stage::kBuiltIn:
      return {.summary = "Invalid dependency on built-in provider",
              .detail = Format("Cannot use {}: {}.", registry::ToString(failure.provider), failure.message)};
    case Stage::kLegacy:
      return {.summary = "Invalid legacy provider address",
              .detail = failure.message +
                        "\n\nYou must complete the Terraform 0.13 upgrade process before upgrading to later "
                        "versions."};
    case Stage::kQuery:
      return {.summary = "Failed to query available provider packages", .detail = DetailOfQuery(failure)};
    case Stage::kInstall:
      break;
  }
  return {.summary = "Failed to install provider",
          .detail = Format("Error while installing {} v{}: {}", provider, ToString(failure.version),
                           failure.message)};
}

hcl::Diagnostic IncompleteLocks(const std::vector<registry::ProviderAddress>& providers) {
  std::string list;
  for (const registry::ProviderAddress& provider : providers) {
    list += Format("\n  - {}", registry::ForDisplay(provider));
  }
  const std::string here = ToString(registry::CurrentPlatform());
  return {.severity = hcl::Severity::kWarning,
          .summary = "Incomplete lock file information for providers",
          .detail = Format(
              "Due to your customized provider installation methods, Terraform was forced to calculate lock "
              "file checksums locally for the following providers:{}\n\nThe current .terraform.lock.hcl file "
              "only includes checksums for {}, so Terraform running on another platform will fail to install "
              "these providers.\n\nTo calculate additional checksums for another platform, run:\n  terraform "
              "providers lock -platform=linux_amd64\n(where linux_amd64 is the platform to generate)",
              list, here)};
}

}  // namespace cairn::commands
