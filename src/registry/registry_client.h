#pragma once

// Registries over the network: service discovery, the provider registry protocol, the module registry
// protocol, and the network mirror protocol. Everything is asked over https; answers are parsed strictly and
// bounded by the HttpFetcher. Sources: the protocols' pages of Terraform's documentation ("Provider Registry
// Protocol" and so on).

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/cli_config.h"
#include "registry/credentials.h"
#include "registry/http_fetcher.h"
#include "registry/module_installer.h"
#include "registry/provider_installer.h"
#include "registry/provider_source.h"
#include "registry/signature.h"

namespace cairn::registry {

// Which host offers which service, and how it is asked. Remembers what it learnt; not thread-safe.
class ServiceHosts {
 public:
  // `http` must outlive this. Of `config` the credentials and the services of hosts count.
  ServiceHosts(HttpFetcher& http, const CliConfig& config);

  // The URL of a service ("providers.v1"), ending with a slash. kNotFound if the host offers none.
  Result<std::string> UrlOf(const std::string& host, const std::string& service);

  // Asks `url` with the token of its host, if there is one. kDenied for 401 and 403.
  Result<HttpAnswer> Get(const std::string& url);

  HttpFetcher& http() { return http_; }

 private:
  // Whose token is given to `url`: that of the host which offers the service there, wherever that is.
  std::string OwnerOf(std::string_view url) const;

  HttpFetcher& http_;
  Credentials credentials_;
  std::map<std::string, std::map<std::string, std::string>> services_;  // by host
};

// A provider's own registry ("direct"). Checksums of all platforms are checked against the signature before
// they count.
class RegistrySource final : public ProviderSource {
 public:
  // Both must outlive this.
  RegistrySource(ServiceHosts& hosts, SignatureVerifier& verifier) : hosts_(hosts), verifier_(verifier) {}

  Result<std::vector<Version>> AvailableVersions(const ProviderAddress& provider) override;
  Result<PackageLocation> Find(const ProviderAddress& provider, const Version& version,
                               const Platform& platform) override;
  std::string Describe(const ProviderAddress& provider) const override { return provider.host; }

 private:
  ServiceHosts& hosts_;
  SignatureVerifier& verifier_;
};

// "network_mirror".
class NetworkMirror final : public ProviderSource {
 public:
  // `hosts` must outlive this. `url` is an https URL.
  NetworkMirror(ServiceHosts& hosts, const std::string& url)
      : hosts_(hosts), url_(url.ends_with('/') ? url : url + "/") {}

  Result<std::vector<Version>> AvailableVersions(const ProviderAddress& provider) override;
  Result<PackageLocation> Find(const ProviderAddress& provider, const Version& version,
                               const Platform& platform) override;
  std::string Describe(const ProviderAddress&) const override { return url_; }

 private:
  ServiceHosts& hosts_;
  std::string url_;
};

class HttpModuleRegistry final : public ModuleRegistry {
 public:
  // `hosts` must outlive this.
  explicit HttpModuleRegistry(ServiceHosts& hosts) : hosts_(hosts) {}

  Result<std::vector<std::string>> Versions(const ModuleSource& source) override;
  Result<std::string> Location(const ModuleSource& source, const std::string& version) override;

 private:
  ServiceHosts& hosts_;
};

// Packages from wherever registries and mirrors say.
class HttpPackageFetcher final : public PackageFetcher {
 public:
  explicit HttpPackageFetcher(HttpFetcher& http) : http_(http) {}
  Result<> Fetch(const std::string& url, const std::string& path) override;

 private:
  HttpFetcher& http_;
};

// Pure, for tests and fuzzing. Each is kInvalid where the answer is not what the protocol says.
Result<std::map<std::string, std::string>> ParseDiscovery(std::string_view json, std::string_view url);
Result<std::vector<Version>> ParseProviderVersions(std::string_view json);
struct ProviderDownload {
  std::string filename;
  std::string download_url;  // these three are absolute
  std::string checksums_url;
  std::string signature_url;
  std::string sha256;  // 64 hexadecimal digits in lower case
  std::vector<std::string> keys;
};
Result<ProviderDownload> ParseProviderDownload(std::string_view json, std::string_view url,
                                               const Platform& platform);
// SHA256SUMS: the hashes by file name.
Result<std::map<std::string, std::string>> ParseChecksums(std::string_view text);
Result<std::vector<Version>> ParseMirrorIndex(std::string_view json);
Result<PackageLocation> ParseMirrorVersion(std::string_view json, std::string_view url,
                                           const Platform& platform);
Result<std::vector<std::string>> ParseModuleVersions(std::string_view json);

}  // namespace cairn::registry
