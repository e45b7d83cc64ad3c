#pragma once

// Paths and URLs (RFC 3986), strictly. Matching, authorisation and forwarding must all see one string: route
// on the path of NormalizePath() and send that path on, or refuse.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::http {

// A path in its one normal form: escaped unreserved characters decoded once, the other escapes in upper case,
// dot segments resolved. Repeated slashes are kept: they mean something to some servers.
struct NormalPath {
  std::string path;
  bool has_escaped_slash = false;      // "%2F": one segment here, two for a server that decodes first
  bool has_escaped_backslash = false;  // "%5C"
};

// Fails (kInvalid) if `raw` does not begin with '/', climbs above the root, or has "%00", a broken escape,
// '?', '#', a blank, a control or a byte from 0x80 up. Normalising a normal path changes nothing.
Result<NormalPath> NormalizePath(std::string_view raw);

// Whether NormalizePath() and CleanPath() surely leave `path` as it is: no '%', no "//", no "/.".
bool IsClean(std::string_view path);

// Whether every '%' begins an escape of two hexadecimal digits that is not "%00".
bool HasValidEscapes(std::string_view text);

// Whether a dot segment of `path`, plain or escaped ("/%2e%2E"), leads above the root.
bool ClimbsAboveRoot(std::string_view path);

// What Go's http.ServeMux redirects a path to: rooted, slashes merged, dot segments resolved (never above the
// root), a trailing slash kept. Escapes are not looked at.
std::string CleanPath(std::string_view path);

// Replaces each "%XX" by its byte, once. Fails (kInvalid) on a broken escape.
Result<std::string> PercentDecode(std::string_view text);

// Whether `text` is "host" or "host:port" as a Host field may have it: a name of letters, digits, '-', '.'
// and '_', an IPv4 address or an IPv6 address in brackets; port 1 to 65535. Nothing else, in particular no
// userinfo.
bool IsAuthority(std::string_view text);

struct HostPort {
  std::string host;  // lower case; IPv6 without brackets; empty means "any address" in ":8080"
  uint16_t port = 0;
};

// Reads "host:80", "host", "[::1]:80", "[::1]" or ":8080". Port 0 is allowed: "any free port" to listeners.
Result<HostPort> ParseHostPort(std::string_view text, uint16_t default_port);

struct Url {
  std::string scheme;    // lower case: http, https, ws, wss, redis or rediss
  std::string userinfo;  // as written, still escaped: split at ':' first, then PercentDecode
  std::string host;      // lower case; IPv6 without brackets; never empty
  uint16_t port = 0;     // the scheme's default if not given; never 0
  std::string path;      // as written; "/" if empty
  std::string query;     // as written, without '?'
};

// Fails (kInvalid) on another scheme, on a fragment, and on anything that is not plain ASCII or badly
// escaped. Messages never repeat the text, which may hold a password.
Result<Url> ParseUrl(std::string_view text);

}  // namespace cairn::http
