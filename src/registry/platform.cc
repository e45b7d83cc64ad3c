#include "registry/platform.h"

#include <vector>

#include "base/strings.h"

namespace cairn::registry {

std::string ToString(const Platform& platform) {
  return platform.os + "_" + platform.arch;
}

Result<Platform> ParsePlatform(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '_');
  if (parts.size() != 2) return Fail(ErrorCode::kInvalid, "must be two words separated by an underscore");
  constexpr std::string_view kForbidden = " \t\n\r/";
  if (parts[0].find_first_of(kForbidden) != std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "OS portion must not contain whitespace");
  }
  if (parts[1].find_first_of(kForbidden) != std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "architecture portion must not contain whitespace");
  }
  return Platform{std::string(parts[0]), std::string(parts[1])};
}

Platform CurrentPlatform() {
#if defined(__aarch64__)
  return {"linux", "arm64"};
#else
  static_assert(sizeof(void*) == 8, "name this platform as Go does");
  return {"linux", "amd64"};
#endif
}

}  // namespace cairn::registry
