#pragma once

// Where providers and modules come from, by the CLI configuration: ~/.terraformrc and what belongs to it.

#include <string>
#include <string_view>

#include "commands/environment.h"
#include "commands/screen.h"
#include "hcl/diagnostic.h"
#include "registry/cli_config.h"
#include "registry/curl_fetcher.h"
#include "registry/provider_source.h"
#include "registry/registry_client.h"
#include "registry/signature.h"

namespace cairn::commands {

// What is wrong with it is said, and the rest counts.
registry::CliConfig ReadCliConfig(const Environment& environment, Screen& screen);

// Warns of its providers of development (dev_overrides), if there are any, with `consequences`.
void WarnOfOverrides(const registry::CliConfig& cli, std::string_view consequences,
                     hcl::Diagnostics& diagnostics);

// Registries, asked as the CLI configuration says.
class Registries {
 public:
  Registries(const Environment& environment, const registry::CliConfig& cli)
      : http_({}, environment.Get("SSL_CERT_FILE")), hosts_(http_, cli) {}

  registry::HttpFetcher& http() { return http_; }
  registry::ServiceHosts& hosts() { return hosts_; }
  registry::PackageFetcher& packages() { return packages_; }

  // Where `methods` look for providers; must not outlive this.
  registry::CombinedSource SourceOf(const std::vector<registry::InstallationMethod>& methods);

 private:
  registry::CurlFetcher http_;
  registry::ServiceHosts hosts_;
  registry::GpgvVerifier verifier_;
  registry::HttpPackageFetcher packages_{http_};
};

// Those of the CLI configuration, or else what is usual.
std::vector<registry::InstallationMethod> MethodsOf(const Environment& environment,
                                                    const registry::CliConfig& cli);

// Those of -platform; this one if there are none.
std::vector<registry::Platform> ParsePlatforms(const std::vector<std::string>& words,
                                               hcl::Diagnostics& diagnostics);

}  // namespace cairn::commands
