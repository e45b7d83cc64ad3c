#pragma once

#include <string>
#include <string_view>

namespace cairn::hcl {

// `text` as deflated data (RFC 1951), with the very bytes that Go's compress/flate writes at its default
// level when it is given all of it at once, then flushed, then closed. Less than 4 GiB.
std::string Deflate(std::string_view text);

}  // namespace cairn::hcl
