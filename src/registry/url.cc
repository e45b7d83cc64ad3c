#include "registry/url.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace cairn::registry {
namespace {

// A path with its "." and ".." worked out (RFC 3986, section 5.2.4). Empty parts stay: in a module's address
// "//" begins the subdirectory.
std::string WithoutDots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool is_directory = false;
  for (const std::string_view part : Split(path.substr(path.starts_with('/') ? 1 : 0), '/')) {
    is_directory = part == "." || part == "..";
    if (part == ".." && !kept.empty()) kept.pop_back();
    if (!is_directory) kept.push_back(part);
  }
  std::string clean;
  for (const std::string_view part : kept) clean += "/" + std::string(part);
  return is_directory || clean.empty() ? clean + "/" : clean;
}

}  // namespace

bool IsHttpsUrl(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  return url.starts_with(kScheme) && url.size() > kScheme.size() && url[kScheme.size()] != '/';
}

std::string ResolveUrl(std::string_view base, std::string_view reference) {
  const size_t scheme = reference.find("://");
  if (scheme != std::string_view::npos &&
      scheme < std::min(reference.find_first_of("/?#"), reference.size())) {
    return std::string(reference);
  }
  const size_t authority = base.find("://");
  if (authority == std::string_view::npos) return std::string(reference);
  if (reference.starts_with("//")) return std::string(base.substr(0, authority + 1)) + std::string(reference);
  const size_t path = std::min(base.find_first_of("/?#", authority + 3), base.size());
  const std::string origin(base.substr(0, path));
  const std::string_view old_path = base.substr(path, base.find_first_of("?#", path) - path);
  if (reference.empty()) return origin + std::string(old_path);

  const size_t end = std::min(reference.find_first_of("?#"), reference.size());
  std::string joined(reference.substr(0, end));
  if (!joined.starts_with('/')) joined = std::string(old_path.substr(0, old_path.rfind('/') + 1)) + joined;
  return origin + WithoutDots(joined) + std::string(reference.substr(end));
}

}  // namespace cairn::registry
