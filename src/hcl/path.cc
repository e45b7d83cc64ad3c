#include "hcl/path.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace cairn::hcl {
namespace {

using Parts = std::vector<std::string_view>;

// The parts of the clean path, without the root's slash.
Parts CleanParts(std::string_view path) {
  const bool is_absolute = path.starts_with('/');
  Parts parts;
  for (const std::string_view part : Split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!is_absolute) {
      parts.push_back(part);
    }
  }
  return parts;
}

std::string Joined(const Parts& parts, std::string_view before) {
  std::string path(before);
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) path += '/';
    path += parts[i];
  }
  return path.empty() ? "." : path;
}

}  // namespace

std::string CleanPath(std::string_view path) {
  return Joined(CleanParts(path), path.starts_with('/') ? "/" : "");
}

std::string JoinPaths(std::string_view folder, std::string_view path) {
  if (folder.empty()) return path.empty() ? "" : CleanPath(path);
  return CleanPath(std::string(folder) + "/" + std::string(path));
}

std::string_view BaseName(std::string_view path) {
  if (path.empty()) return ".";
  const size_t end = path.find_last_not_of('/');
  if (end == path.npos) return "/";
  path = path.substr(0, end + 1);
  return path.substr(path.rfind('/') + 1);
}

std::string FolderName(std::string_view path) {
  return CleanPath(path.substr(0, path.rfind('/') + 1));
}

std::optional<std::string> RelativePath(std::string_view folder, std::string_view path) {
  if (folder.starts_with('/') != path.starts_with('/')) return std::nullopt;
  const Parts from = CleanParts(folder);
  const Parts to = CleanParts(path);
  const auto [rest_of_from, rest_of_to] = std::ranges::mismatch(from, to);
  if (rest_of_from != from.end() && *rest_of_from == "..") return std::nullopt;
  Parts parts(size_t(from.end() - rest_of_from), "..");
  parts.insert(parts.end(), rest_of_to, to.end());
  return Joined(parts, "");
}

}  // namespace cairn::hcl
