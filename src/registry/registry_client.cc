#include "registry/registry_client.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "registry/url.h"

namespace cairn::registry {
namespace {

std::string HostOf(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) return "";
  const std::string_view rest = url.substr(begin + 3);
  const Result<std::string> host = ParseServiceHost(rest.substr(0, rest.find_first_of("/?#")));
  return host.value_or("");
}

std::string StatusText(const HttpAnswer& answer) {
  return Format("unexpected status {}", answer.status);
}

}  // namespace

ServiceHosts::ServiceHosts(HttpFetcher& http, const CliConfig& config) : http_(http), credentials_(config) {
  for (const auto& [host, services] : config.host_services) {
    for (const auto& [service, url] : services) {
      services_[host][service] = url.ends_with('/') ? url : url + "/";
    }
  }
}

std::string ServiceHosts::OwnerOf(std::string_view url) const {
  for (const auto& [host, services] : services_) {
    for (const auto& [service, base] : services) {
      if (url.starts_with(base)) return host;
    }
  }
  return HostOf(url);
}

Result<HttpAnswer> ServiceHosts::Get(const std::string& url) {
  const std::string host = OwnerOf(url);
  const Result<std::optional<std::string>> token = credentials_.TokenOf(host);
  if (!token) return std::unexpected(token.error());
  std::vector<std::string> headers = {"Accept: application/json, */*", "X-Terraform-Version: 1.11.4"};
  if (*token) headers.push_back("Authorization: Bearer " + **token);
  Result<HttpAnswer> answer = http_.Get(url, headers);
  if (!answer || (answer->status != 401 && answer->status != 403)) return answer;
  const std::string_view what = *token ? "rejected the given" : "requires";
  return Fail(ErrorCode::kDenied, Format("host {} {} authentication credentials", host, what));
}

Result<std::string> ServiceHosts::UrlOf(const std::string& host, const std::string& service) {
  if (!services_.contains(host)) {
    const std::string url = "https://" + host + "/.well-known/terraform.json";
    const Result<HttpAnswer> answer = Get(url);
    if (!answer) {
      const Error& error = answer.error();
      if (error.code == ErrorCode::kDenied && error.message.starts_with("host "))
        return std::unexpected(error);
      return Fail(error.code, Format("failed to request discovery document: {}", error.message));
    }
    if (answer->status == 404) {
      services_[host];
    } else if (answer->status != 200) {
      return Fail(ErrorCode::kUnavailable,
                  Format("failed to request discovery document: {}", StatusText(*answer)));
    } else {
      Result<std::map<std::string, std::string>> services = ParseDiscovery(answer->body, answer->url);
      if (!services) {
        return Fail(ErrorCode::kInternal,
                    Format("failed to decode discovery document: {}", services.error().message));
      }
      services_[host] = *std::move(services);
    }
  }
  const auto& services = services_[host];
  const auto found = services.find(service);
  if (found != services.end() && IsHttpsUrl(found->second)) return found->second;
  return Fail(ErrorCode::kInvalid, Format("host {} does not offer a Terraform {} registry", host,
                                          service.starts_with("modules") ? "module" : "provider"));
}

namespace {

Result<std::string> ProvidersOf(ServiceHosts& hosts, const std::string& host) {
  Result<std::string> url = hosts.UrlOf(host, "providers.v1");
  if (url || url.error().message.starts_with("host ")) return url;
  return Fail(url.error().code, Format("could not connect to {}: {}", host, url.error().message));
}

}  // namespace

Result<std::vector<Version>> RegistrySource::AvailableVersions(const ProviderAddress& provider) {
  const Result<std::string> service = ProvidersOf(hosts_, provider.host);
  if (!service) return std::unexpected(service.error());
  const Result<HttpAnswer> answer =
      hosts_.Get(*service + provider.namespace_name + "/" + provider.type + "/versions");
  const auto failed = [&](const Error& error, ErrorCode code) {
    return Fail(code,
                Format("could not query provider registry for {}: {}", ToString(provider), error.message));
  };
  if (!answer) {
    if (answer.error().code == ErrorCode::kDenied) return std::unexpected(answer.error());
    return failed(answer.error(), answer.error().code);
  }
  if (answer->status == 404) {
    return Fail(ErrorCode::kNotFound, Format("provider registry {} does not have a provider named {}",
                                             provider.host, ToString(provider)));
  }
  if (answer->status != 200)
    return failed({ErrorCode::kUnavailable, StatusText(*answer)}, ErrorCode::kUnavailable);
  Result<std::vector<Version>> versions = ParseProviderVersions(answer->body);
  if (!versions) return failed(versions.error(), ErrorCode::kInternal);
  return versions;
}

Result<PackageLocation> RegistrySource::Find(const ProviderAddress& provider, const Version& version,
                                             const Platform& platform) {
  const Result<std::string> service = ProvidersOf(hosts_, provider.host);
  if (!service) return std::unexpected(service.error());
  const auto failed = [&](const Error& error) {
    const ErrorCode code = error.code == ErrorCode::kNotFound ? ErrorCode::kInternal : error.code;
    return Fail(code,
                Format("could not query provider registry for {}: {}", ToString(provider), error.message));
  };
  const Result<HttpAnswer> answer =
      hosts_.Get(Format("{}{}/{}/{}/download/{}/{}", *service, provider.namespace_name, provider.type,
                        ToString(version), platform.os, platform.arch));
  if (!answer) return failed(answer.error());
  if (answer->status == 404) {
    return Fail(ErrorCode::kNotFound, Format("provider {} {} is not available for {}", ToString(provider),
                                             ToString(version), ToString(platform)));
  }
  if (answer->status != 200) return failed({ErrorCode::kUnavailable, StatusText(*answer)});
  const Result<ProviderDownload> download = ParseProviderDownload(answer->body, answer->url, platform);
  if (!download) return failed(download.error());

  // These two are files of the publisher, often on another host, which gets no token.
  const auto fetch = [&](const std::string& url, std::string_view what) -> Result<std::string> {
    Result<HttpAnswer> file = hosts_.http().Get(url, {});
    if (file && file->status == 200) return std::move(file->body);
    const std::string why = file ? StatusText(*file) : file.error().message;
    return Fail(file ? ErrorCode::kUnavailable : file.error().code,
                Format("failed to retrieve {} for provider: {}", what, why));
  };
  const Result<std::string> checksums = fetch(download->checksums_url, "authentication checksums");
  if (!checksums) return failed(checksums.error());
  const Result<std::string> signature = fetch(download->signature_url, "cryptographic signature");
  if (!signature) return failed(signature.error());
  const Result<std::string> signer = verifier_.Verify(*checksums, *signature, download->keys);
  if (!signer) return std::unexpected(signer.error());
  const Result<std::map<std::string, std::string>> list = ParseChecksums(*checksums);
  if (!list) return failed(list.error());
  const auto own = list->find(download->filename);
  if (own == list->end()) {
    return Fail(ErrorCode::kDenied, "checksum list has no SHA-256 hash for \"" + download->filename + "\"");
  }
  if (own->second != download->sha256) {
    return Fail(ErrorCode::kDenied, Format("checksum list has unexpected SHA-256 hash {} (expected {})",
                                           own->second, download->sha256));
  }
  PackageLocation location{.kind = PackageLocation::Kind::kUrl, .where = download->download_url};
  location.acceptable = {"zh:" + download->sha256};
  for (const auto& [name, hash] : *list) location.to_lock.push_back("zh:" + hash);
  location.signer = *signer;
  return location;
}

Result<std::vector<Version>> NetworkMirror::AvailableVersions(const ProviderAddress& provider) {
  const Result<HttpAnswer> answer = hosts_.Get(url_ + ToString(provider) + "/index.json");
  const auto failed = [&](ErrorCode code, std::string_view why) {
    return Fail(code, Format("failed to query provider mirror {} for {}: {}", url_, ToString(provider), why));
  };
  if (!answer) return failed(answer.error().code, answer.error().message);
  if (answer->status == 404) {
    return Fail(ErrorCode::kNotFound,
                Format("provider {} was not found in any of the search locations", ToString(provider)));
  }
  if (answer->status != 200) return failed(ErrorCode::kUnavailable, StatusText(*answer));
  Result<std::vector<Version>> versions = ParseMirrorIndex(answer->body);
  if (!versions) return failed(ErrorCode::kInternal, versions.error().message);
  return versions;
}

Result<PackageLocation> NetworkMirror::Find(const ProviderAddress& provider, const Version& version,
                                            const Platform& platform) {
  const Result<HttpAnswer> answer = hosts_.Get(url_ + ToString(provider) + "/" + ToString(version) + ".json");
  const auto failed = [&](ErrorCode code, std::string_view why) {
    return Fail(code, Format("failed to query provider mirror {} for {}: {}", url_, ToString(provider), why));
  };
  if (!answer) return failed(answer.error().code, answer.error().message);
  if (answer->status != 200 && answer->status != 404)
    return failed(ErrorCode::kUnavailable, StatusText(*answer));
  Result<PackageLocation> location = answer->status == 404
                                         ? Fail(ErrorCode::kNotFound, "")
                                         : ParseMirrorVersion(answer->body, answer->url, platform);
  if (location) return location;
  if (location.error().code != ErrorCode::kNotFound)
    return failed(ErrorCode::kInternal, location.error().message);
  return Fail(ErrorCode::kNotFound, Format("provider mirror {} does not have a package of {} {} for {}", url_,
                                           ToString(provider), ToString(version), ToString(platform)));
}

Result<std::vector<std::string>> HttpModuleRegistry::Versions(const ModuleSource& source) {
  const Result<std::string> service = hosts_.UrlOf(source.host, "modules.v1");
  if (!service) return std::unexpected(service.error());
  const Result<HttpAnswer> answer =
      hosts_.Get(Format("{}{}/{}/{}/versions", *service, source.namespace_name, source.name, source.system));
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 404) return Fail(ErrorCode::kNotFound, "module not found");
  if (answer->status != 200) return Fail(ErrorCode::kUnavailable, StatusText(*answer));
  return ParseModuleVersions(answer->body);
}

Result<std::string> HttpModuleRegistry::Location(const ModuleSource& source, const std::string& version) {
  const Result<std::string> service = hosts_.UrlOf(source.host, "modules.v1");
  if (!service) return std::unexpected(service.error());
  const Result<HttpAnswer> answer = hosts_.Get(
      Format("{}{}/{}/{}/{}/download", *service, source.namespace_name, source.name, source.system, version));
  if (!answer) return std::unexpected(answer.error());
  if (answer->status / 100 != 2) return Fail(ErrorCode::kUnavailable, StatusText(*answer));
  const std::string_view where = answer->Field("x-terraform-get");
  if (where.empty()) return Fail(ErrorCode::kInternal, "no X-Terraform-Get in the answer");
  const bool is_relative = where.starts_with('/') || where.starts_with("./") || where.starts_with("../");
  return is_relative ? ResolveUrl(answer->url, where) : std::string(where);
}

Result<> HttpPackageFetcher::Fetch(const std::string& url, const std::string& path) {
  const Result<HttpAnswer> answer = http_.Download(url, {}, path);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 200) return {};
  return Fail(ErrorCode::kUnavailable, Format("unsuccessful request to {}: {}", url, StatusText(*answer)));
}

}  // namespace cairn::registry
