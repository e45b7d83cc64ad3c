#pragma once

#include <string>
#include <string_view>

namespace cairn::registry {

// `reference` seen from the page at `base` (RFC 3986, section 5): "/x", "x", "../x", "//host/x",
// "https://host/x".
std::string ResolveUrl(std::string_view base, std::string_view reference);

// Whether it is an https URL with a host.
bool IsHttpsUrl(std::string_view url);

}  // namespace cairn::registry
