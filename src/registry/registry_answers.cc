// What registries answer, from text to data.

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "hcl/quote.h"
#include "registry/registry_client.h"
#include "registry/url.h"

namespace cairn::registry {
namespace {

using Object = boost::json::object;

constexpr size_t kEntriesMax = 100'000;  // of one answer

std::unexpected<Error> Invalid(std::string why) {
  return Fail(ErrorCode::kInvalid, std::move(why));
}

Result<Object> ParseObject(std::string_view text) {
  Result<data::Json> json = data::ParseJson(text);
  if (!json) return std::unexpected(json.error());
  if (!json->is_object()) return Invalid("the answer is not an object");
  return std::move(json->as_object());
}

// The member if it is a string; else empty.
std::string Text(const Object& object, std::string_view name) {
  const data::Json* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->as_string()) : "";
}

const Object* Inner(const Object& object, std::string_view name) {
  const data::Json* member = object.if_contains(name);
  return member != nullptr ? member->if_object() : nullptr;
}

const boost::json::array* List(const Object& object, std::string_view name) {
  const data::Json* member = object.if_contains(name);
  return member != nullptr ? member->if_array() : nullptr;
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<Version> VersionIn(std::string_view text) {
  Result<Version> version = ParseVersion(text);
  if (version) return version;
  return Invalid(Format("registry response includes invalid version string {}: {}", hcl::GoQuoted(text),
                        version.error().message));
}

}  // namespace

Result<std::map<std::string, std::string>> ParseDiscovery(std::string_view json, std::string_view url) {
  const Result<Object> object = ParseObject(json);
  if (!object) return std::unexpected(object.error());
  std::map<std::string, std::string> services;
  for (const auto& [name, value] : *object) {
    if (!value.is_string()) continue;  // login.v1 and others have objects
    std::string service = ResolveUrl(url, std::string_view(value.as_string()));
    if (!service.ends_with('/')) service += '/';
    services.emplace(std::string(name), std::move(service));
  }
  return services;
}

Result<std::vector<Version>> ParseProviderVersions(std::string_view json) {
  const Result<Object> object = ParseObject(json);
  if (!object) return std::unexpected(object.error());
  std::vector<Version> versions;
  const boost::json::array* list = List(*object, "versions");
  if (list == nullptr || list->size() > kEntriesMax) return Invalid("the answer has no list of versions");
  for (const data::Json& item : *list) {
    if (!item.is_object()) return Invalid("a version is not an object");
    Result<Version> version = VersionIn(Text(item.as_object(), "version"));
    if (!version) return std::unexpected(version.error());
    versions.push_back(*std::move(version));
  }
  return versions;
}

Result<ProviderDownload> ParseProviderDownload(std::string_view json, std::string_view url,
                                               const Platform& platform) {
  const Result<Object> object = ParseObject(json);
  if (!object) return std::unexpected(object.error());
  const Platform target{Text(*object, "os"), Text(*object, "arch")};
  if (target != platform) {
    return Invalid(Format("registry response to request for {} archive has incorrect target {}",
                          ToString(platform), ToString(target)));
  }
  ProviderDownload download{.filename = Text(*object, "filename"),
                            .download_url = ResolveUrl(url, Text(*object, "download_url")),
                            .checksums_url = ResolveUrl(url, Text(*object, "shasums_url")),
                            .signature_url = ResolveUrl(url, Text(*object, "shasums_signature_url")),
                            .sha256 = Text(*object, "shasum"),
                            .keys = {}};
  for (const std::string* link : {&download.download_url, &download.checksums_url, &download.signature_url}) {
    if (!IsHttpsUrl(*link))
      return Invalid("registry response includes invalid download URL: " + hcl::GoQuoted(*link));
  }
  std::ranges::transform(download.sha256, download.sha256.begin(), ToLower);
  if (!IsSha256(download.sha256)) {
    return Invalid("registry response includes invalid SHA256 hash " + hcl::GoQuoted(download.sha256));
  }
  const Object* keys = Inner(*object, "signing_keys");
  const boost::json::array* list = keys == nullptr ? nullptr : List(*keys, "gpg_public_keys");
  if (list == nullptr || list->size() > 100) return download;
  for (const data::Json& key : *list) {
    if (key.is_object()) download.keys.push_back(Text(key.as_object(), "ascii_armor"));
  }
  return download;
}

Result<std::map<std::string, std::string>> ParseChecksums(std::string_view text) {
  std::map<std::string, std::string> checksums;
  for (std::string_view line : Split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const size_t blank = line.find(' ');
    if (blank == std::string_view::npos || !IsSha256(line.substr(0, blank))) {
      return Invalid("the checksum list has a line that is none");
    }
    std::string_view name = line.substr(blank);
    while (name.starts_with(' ') || name.starts_with('*')) name.remove_prefix(1);
    checksums.emplace(name, line.substr(0, blank));
    if (checksums.size() > kEntriesMax) return Invalid("the checksum list is too long");
  }
  return checksums;
}

Result<std::vector<Version>> ParseMirrorIndex(std::string_view json) {
  const Result<Object> object = ParseObject(json);
  if (!object) return std::unexpected(object.error());
  const Object* list = Inner(*object, "versions");
  if (list == nullptr || list->size() > kEntriesMax) return Invalid("the answer has no versions");
  std::vector<Version> versions;
  for (const auto& [name, ignored] : *list) {
    Result<Version> version = VersionIn(std::string_view(name));
    if (!version) return std::unexpected(version.error());
    versions.push_back(*std::move(version));
  }
  return versions;
}

Result<PackageLocation> ParseMirrorVersion(std::string_view json, std::string_view url,
                                           const Platform& platform) {
  const Result<Object> object = ParseObject(json);
  if (!object) return std::unexpected(object.error());
  const Object* archives = Inner(*object, "archives");
  const Object* archive = archives == nullptr ? nullptr : Inner(*archives, ToString(platform));
  if (archive == nullptr) return Fail(ErrorCode::kNotFound, "no package for " + ToString(platform));
  PackageLocation location{.kind = PackageLocation::Kind::kUrl,
                           .where = ResolveUrl(url, Text(*archive, "url"))};
  if (!IsHttpsUrl(location.where)) return Invalid("invalid package URL " + hcl::GoQuoted(location.where));
  if (const boost::json::array* hashes = List(*archive, "hashes")) {
    if (hashes->size() > kEntriesMax) return Invalid("too many hashes");
    for (const data::Json& hash : *hashes) {
      if (!hash.is_string()) return Invalid("a hash is not a string");
      location.acceptable.emplace_back(hash.as_string());
    }
  }
  return location;
}

Result<std::vector<std::string>> ParseModuleVersions(std::string_view json) {
  const Result<Object> object = ParseObject(json);
  if (!object) return std::unexpected(object.error());
  const boost::json::array* modules = List(*object, "modules");
  if (modules == nullptr || modules->empty() || !modules->front().is_object()) {
    return Invalid("the answer has no modules");
  }
  const boost::json::array* list = List(modules->front().as_object(), "versions");
  if (list == nullptr || list->size() > kEntriesMax) return Invalid("the answer has no list of versions");
  std::vector<std::string> versions;
  for (const data::Json& item : *list) {
    if (item.is_object()) versions.push_back(Text(item.as_object(), "version"));
  }
  return versions;
}

}  // namespace cairn::registry
