#pragma once

// Compression with the very bytes of Go's compress/gzip (Go 1.8 to 1.23 at least): `base64gzip` puts them
// into plans, where a difference of a bit is a change to somebody's infrastructure.

#include <string>
#include <string_view>

namespace cairn::hcl {

// `text` as a gzip file (RFC 1952), as that package writes it at its default level when it is given all of
// it at once, flushed and closed. Less than 4 GiB.
std::string Gzip(std::string_view text);

}  // namespace cairn::hcl
