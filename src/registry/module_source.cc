#include "registry/module_source.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "hcl/quote.h"
#include "registry/provider_address.h"

namespace cairn::registry {
namespace {

using Kind = ModuleSource::Kind;

constexpr std::string_view kInvalidSource = "Invalid module source address";

std::unexpected<Mistake> Wrong(std::string_view summary, std::string detail) {
  return std::unexpected(Mistake{std::string(summary), std::move(detail)});
}

bool IsLocal(std::string_view text) {
  return text.starts_with("./") || text.starts_with("../");
}

// "PACKAGE//SUBDIRECTORY?QUERY" as ("PACKAGE?QUERY", "SUBDIRECTORY"). The "//" of a scheme is none.
std::pair<std::string, std::string> SplitSubdirectory(std::string_view text) {
  const size_t stop = std::min(text.find('?'), text.size());
  const size_t scheme = text.substr(0, stop).find("://");
  const size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t slashes = text.substr(0, stop).find("//", begin);
  if (slashes == std::string_view::npos) return {std::string(text), ""};
  const std::string subdirectory(text.substr(slashes + 2, stop - slashes - 2));
  return {std::string(text.substr(0, slashes)) + std::string(text.substr(stop)),
          subdirectory.empty() ? "" : CleanPath(subdirectory)};
}

bool IsRegistryName(std::string_view name) {
  const auto is_letter_or_digit = [](char c) {
    return (c >= '0' && c <= '9') || (ToLower(c) >= 'a' && ToLower(c) <= 'z');
  };
  if (name.empty() || name.size() > 64 || !is_letter_or_digit(name.front()) ||
      !is_letter_or_digit(name.back())) {
    return false;
  }
  return std::ranges::all_of(name, [&](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

bool IsRegistrySystem(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  return std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

// The address, or why it is none.
std::expected<ModuleSource, std::string> ParseRegistrySource(std::string_view text,
                                                             std::string_view default_host) {
  auto [package, subdirectory] = SplitSubdirectory(text);
  if (subdirectory.starts_with("../")) {
    return std::unexpected(
        Format("subdirectory path {} leads outside of the module package", hcl::GoQuoted(subdirectory)));
  }
  std::vector<std::string_view> parts = Split(package, '/');
  if (parts.size() != 3 && parts.size() != 4) {
    return std::unexpected(
        "a module registry source address must have either three or four slash-separated components");
  }
  ModuleSource source{.kind = Kind::kRegistry, .host = std::string(default_host)};
  if (parts.size() == 4) {
    const Result<std::string> host = ParseServiceHost(parts[0]);
    if (!host) return std::unexpected("invalid module registry hostname " + hcl::GoQuoted(parts[0]));
    if (host->find('.') == std::string::npos) {
      return std::unexpected("invalid module registry hostname: must contain at least one dot");
    }
    source.host = *host;
    parts.erase(parts.begin());
  }
  if (source.host == "github.com" || source.host == "bitbucket.org") {
    return std::unexpected(
        Format("can't use {} as a module registry host, because it's reserved for installing "
               "directly from version control repositories",
               hcl::GoQuoted(source.host)));
  }
  constexpr std::string_view kNameRule =
      "must be between one and 64 characters, including ASCII letters, digits, dashes, and underscores, "
      "where dashes "
      "and underscores may not be the prefix or suffix";
  if (!IsRegistryName(parts[0])) {
    if (parts[0].find('.') != std::string_view::npos) {
      return std::unexpected(
          "source address must have three more components after the hostname: the namespace, the "
          "name, and the target system");
    }
    return std::unexpected(Format("invalid namespace {}: {}", hcl::GoQuoted(parts[0]), kNameRule));
  }
  if (!IsRegistryName(parts[1])) {
    return std::unexpected(Format("invalid module name {}: {}", hcl::GoQuoted(parts[1]), kNameRule));
  }
  if (!IsRegistrySystem(parts[2])) {
    return std::unexpected(
        parts[2].find('?') != std::string_view::npos
            ? "module registry addresses may not include a query string portion"
            : Format("invalid target system {}: must be between one and 64 ASCII letters or digits",
                     hcl::GoQuoted(parts[2])));
  }
  source.namespace_name = parts[0];
  source.name = parts[1];
  source.system = parts[2];
  source.subdirectory = std::move(subdirectory);
  return source;
}

// "github.com/a/b" and "git@github.com:a/b.git" in the form that the git program takes.
std::optional<std::string> GitUrlOf(std::string_view package) {
  const size_t query = std::min(package.find('?'), package.size());
  const std::string_view path = package.substr(0, query);
  const std::string_view rest = package.substr(query);
  for (const std::string_view host : {"github.com/", "bitbucket.org/"}) {
    if (!path.starts_with(host)) continue;
    const std::vector<std::string_view> parts = Split(path, '/');
    if (parts.size() < 3) return std::nullopt;
    const std::string url = "https://" + std::string(path);
    return url + (url.ends_with(".git") ? "" : ".git") + std::string(rest);
  }
  const size_t at = path.find('@');
  const size_t colon = path.find(':');
  const bool is_scp = at != std::string_view::npos && colon != std::string_view::npos && at < colon &&
                      path.find('/') > at && !path.substr(colon).starts_with("://");
  if (!is_scp) return std::nullopt;
  return "ssh://" + std::string(path.substr(0, colon)) + "/" + std::string(path.substr(colon + 1)) +
         std::string(rest);
}

// Takes "git::" and the like off `package`.
std::string TakeGetter(std::string& package) {
  const size_t colons = package.find("::");
  if (colons == std::string::npos || colons == 0) return "";
  const std::string getter = package.substr(0, colons);
  if (!std::ranges::all_of(getter, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }))
    return "";
  package.erase(0, colons + 2);
  return getter;
}

// "github.com/OWNER/REPOSITORY/DIRECTORY" is shorthand for "github.com/OWNER/REPOSITORY//DIRECTORY".
void SplitHostedDirectory(std::string& package, std::string& subdirectory) {
  if (!package.starts_with("github.com/")) return;
  size_t at = std::min(package.find('?'), package.size());
  const std::string path = package.substr(0, at);
  const std::vector<std::string_view> parts = Split(path, '/');
  if (parts.size() <= 3) return;
  at = parts[0].size() + parts[1].size() + parts[2].size() + 2;
  const std::string inner = path.substr(at + 1);
  subdirectory = CleanPath(subdirectory.empty() ? inner : inner + "/" + subdirectory);
  package = path.substr(0, at) + package.substr(path.size());
}

}  // namespace

std::string CleanPath(std::string_view path) {
  const bool is_absolute = path.starts_with('/');
  std::vector<std::string_view> kept;
  for (const std::string_view part : Split(path, '/')) {
    if (part.empty() || part == ".") continue;
    const bool can_go_up = !kept.empty() && kept.back() != "..";
    if (part == ".." && can_go_up) {
      kept.pop_back();
    } else if (part != ".." || !is_absolute) {
      kept.push_back(part);
    }
  }
  std::string clean = is_absolute ? "/" : "";
  for (size_t i = 0; i < kept.size(); ++i) clean += (i == 0 ? "" : "/") + std::string(kept[i]);
  return clean.empty() ? "." : clean;
}

std::string PackageText(const ModuleSource& source) {
  if (source.kind == Kind::kRegistry) {
    return source.host + "/" + source.namespace_name + "/" + source.name + "/" + source.system;
  }
  return source.getter.empty() ? source.url : source.getter + "::" + source.url;
}

std::string ToString(const ModuleSource& source) {
  if (source.kind == Kind::kLocal) return source.path;
  const std::string package = PackageText(source);
  if (source.subdirectory.empty()) return package;
  const size_t query = std::min(package.find('?'), package.size());
  return package.substr(0, query) + "//" + source.subdirectory + package.substr(query);
}

std::expected<ModuleSource, Mistake> ParseModulePackage(std::string_view text) {
  const auto wrong = [](std::string_view why) {
    return Wrong(kInvalidSource, Format("Failed to parse module source address: {}.", why));
  };
  auto [package, subdirectory] = SplitSubdirectory(text);
  if (package.empty()) return wrong("invalid source address: ");
  if (subdirectory == ".") subdirectory.clear();
  if (subdirectory == ".." || subdirectory.starts_with("../")) {
    return wrong(
        Format("subdirectory path {} leads outside of the module package", hcl::GoQuoted(subdirectory)));
  }
  ModuleSource source{.kind = Kind::kRemote};
  source.getter = TakeGetter(package);
  SplitHostedDirectory(package, subdirectory);
  source.subdirectory = std::move(subdirectory);
  const bool may_be_git = source.getter.empty() || source.getter == "git";
  if (may_be_git && package.starts_with("github.com/") && std::ranges::count(package, '/') < 2) {
    return wrong("GitHub URLs should be github.com/username/repo");
  }
  if (const std::optional<std::string> git = may_be_git ? GitUrlOf(package) : std::nullopt) {
    source.getter = "git";
    source.url = *git;
  } else if (package.starts_with('/')) {
    source.url = "file://" + package;
  } else if (!source.getter.empty() || package.find("://") != std::string::npos) {
    source.url = package;
  } else {
    return Wrong(
        kInvalidSource,
        Format("Terraform failed to determine your intended installation method for remote module package "
               "{}.\n\nIf you intended this as a path relative to the current module, use {} instead. The "
               "\"./\" prefix indicates that the address is a relative filesystem path.",
               hcl::GoQuoted(text), hcl::GoQuoted("./" + std::string(text))));
  }
  return source;
}

std::expected<ModuleSource, Mistake> ParseModuleSource(std::string_view text, bool with_version,
                                                       std::string_view default_host) {
  if (with_version) {
    const auto source =
        IsLocal(text)
            ? std::expected<ModuleSource, std::string>(std::unexpected(
                  Format("can't use local directory {} as a module registry address", hcl::GoQuoted(text))))
            : ParseRegistrySource(text, default_host);
    if (source) return *source;
    return Wrong(
        "Invalid registry module source address",
        Format("Failed to parse module registry address: {}.\n\nTerraform assumed that you intended a module "
               "registry source address because you also set the argument \"version\", which applies only to "
               "registry modules.",
               source.error()));
  }
  if (IsLocal(text)) {
    std::string path = CleanPath(text);
    if (!path.starts_with("../")) path = "./" + path;
    return ModuleSource{.kind = Kind::kLocal, .path = std::move(path)};
  }
  if (auto source = ParseRegistrySource(text, default_host)) return *std::move(source);
  return ParseModulePackage(text);
}

}  // namespace cairn::registry
