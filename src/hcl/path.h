#pragma once

// File paths as text; the disk is not asked. The separator is "/".

#include <optional>
#include <string>
#include <string_view>

namespace cairn::hcl {

// The shortest path that means the same, where there are no symbolic links: without "." and "..", as far as
// possible, and without doubled or trailing slashes. "." if nothing is left.
std::string CleanPath(std::string_view path);

// Clean. An empty one is left out; empty if both are.
std::string JoinPaths(std::string_view folder, std::string_view path);

// The last part of a path: "." of an empty one, "/" of the root.
std::string_view BaseName(std::string_view path);

// All but what is behind the last slash, clean.
std::string FolderName(std::string_view path);

// What to join to `folder` to get `path`; nothing where that is not known without the disk.
std::optional<std::string> RelativePath(std::string_view folder, std::string_view path);

}  // namespace cairn::hcl
