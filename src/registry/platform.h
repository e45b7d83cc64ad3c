#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::registry {

// What a package runs on, in Go's words: "linux", "amd64".
struct Platform {
  std::string os;
  std::string arch;

  auto operator<=>(const Platform&) const = default;
};

// "linux_amd64".
std::string ToString(const Platform& platform);

// kInvalid with the peer's words: "must be two words separated by an underscore".
Result<Platform> ParsePlatform(std::string_view text);

// That of this program.
Platform CurrentPlatform();

}  // namespace cairn::registry
