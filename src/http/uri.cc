#include "http/uri.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/strings.h"

namespace cairn::http {

namespace {

constexpr bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (ToLower(c) >= 'a' && ToLower(c) <= 'z');
}

bool IsUnreserved(char c) {
  return IsAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

constexpr std::array<bool, 256> kHostChars = [] {
  std::array<bool, 256> chars{};
  for (int c = 0; c < 256; ++c)
    chars[static_cast<size_t>(c)] = IsAlnum(static_cast<char>(c)) || c == '-' || c == '.' || c == '_';
  return chars;
}();

bool IsVisible(char c) {
  return c > 0x20 && c < 0x7f;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The byte that the escape at text[at] stands for, or -1 if that is not "%XX".
int EscapedByte(std::string_view text, size_t at) {
  if (text.size() - at < 3) return -1;
  const int high = HexValue(text[at + 1]);
  const int low = HexValue(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Removes one leading '.' or "%2e" of `segment`; false if there is none.
bool TakeDot(std::string_view& segment) {
  if (segment.starts_with('.')) {
    segment.remove_prefix(1);
    return true;
  }
  if (segment.size() < 3 || segment[0] != '%' || EscapedByte(segment, 0) != '.') return false;
  segment.remove_prefix(3);
  return true;
}

// Dots of a segment that consists of one or two (escaped) dots, else 0.
int DotCount(std::string_view segment) {
  int count = 0;
  while (count < 3 && TakeDot(segment)) ++count;
  return segment.empty() && count < 3 ? count : 0;
}

// Copies `raw` with unreserved characters unescaped and the remaining escapes in upper case.
Result<NormalPath> NormalizeEscapes(std::string_view raw) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  NormalPath normal;
  normal.path.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (!IsVisible(raw[i]) || raw[i] == '?' || raw[i] == '#') {
      return Fail(ErrorCode::kInvalid, "path has a character that must be escaped");
    }
    if (raw[i] != '%') {
      normal.path += raw[i];
      continue;
    }
    const int byte = EscapedByte(raw, i);
    if (byte <= 0) return Fail(ErrorCode::kInvalid, byte == 0 ? "path has %00" : "path has a broken escape");
    i += 2;
    if (IsUnreserved(static_cast<char>(byte))) {
      normal.path += static_cast<char>(byte);
      continue;
    }
    normal.has_escaped_slash |= byte == '/';
    normal.has_escaped_backslash |= byte == '\\';
    normal.path += '%';
    normal.path += kHex[static_cast<size_t>(byte >> 4)];
    normal.path += kHex[static_cast<size_t>(byte & 15)];
  }
  return normal;
}

// Resolves plain dot segments of a rooted path (RFC 3986, section 5.2.4) that does not climb above the root.
std::string ResolveDots(std::string_view path) {
  std::string resolved;
  resolved.reserve(path.size());
  size_t at = 0;
  while (at < path.size()) {
    const size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at, end - at);  // with its leading slash
    const int dots = DotCount(segment.substr(1));
    if (dots == 0) {
      resolved += segment;
    } else {
      if (dots == 2) resolved.resize(resolved.rfind('/'));
      if (end == path.size()) resolved += '/';
    }
    at = end;
  }
  return resolved;
}

bool IsIpv6(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::ranges::copy(text, terminated.begin());
  in6_addr address{};
  return inet_pton(AF_INET6, terminated.data(), &address) == 1;
}

struct SplitAuthority {
  std::string_view host;                 // IPv6 without brackets
  std::optional<std::string_view> port;  // digits, unchecked
};

// Splits "host[:port]" and checks the host, which may be empty; nothing if it is bad.
std::optional<SplitAuthority> Split(std::string_view text) {
  SplitAuthority split;
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    split.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    if (!IsIpv6(split.host)) return std::nullopt;
  } else {
    size_t size = 0;
    while (size < text.size() && kHostChars[static_cast<uint8_t>(text[size])]) ++size;
    split.host = text.substr(0, size);
    rest = text.substr(size);
  }
  if (rest.empty()) return split;
  if (rest[0] != ':') return std::nullopt;
  split.port = rest.substr(1);
  return split;
}

std::optional<uint16_t> ParsePort(std::string_view digits) {
  uint32_t port = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<uint32_t>(c - '0');
  }
  if (digits.empty() || digits.size() > 5 || port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), ToLower);
  return lower;
}

uint16_t DefaultPort(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  if (scheme == "redis" || scheme == "rediss") return 6379;
  return 0;
}

}  // namespace

Result<NormalPath> NormalizePath(std::string_view raw) {
  if (!raw.starts_with('/')) return Fail(ErrorCode::kInvalid, "path does not begin with /");
  Result<NormalPath> normal = NormalizeEscapes(raw);
  if (!normal || IsClean(normal->path)) return normal;
  if (ClimbsAboveRoot(normal->path)) return Fail(ErrorCode::kInvalid, "path leads above the root");
  normal->path = ResolveDots(normal->path);
  return normal;
}

bool IsClean(std::string_view path) {
  char previous = 0;
  for (const char c : path) {
    if (c == '%' || (previous == '/' && (c == '/' || c == '.'))) return false;
    previous = c;
  }
  return path.starts_with('/');
}

bool HasValidEscapes(std::string_view text) {
  for (size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 3)) {
    if (EscapedByte(text, i) <= 0) return false;
  }
  return true;
}

bool ClimbsAboveRoot(std::string_view path) {
  size_t depth = 0;
  size_t at = path.starts_with('/') ? 1 : 0;
  while (at <= path.size()) {
    const size_t end = std::min(path.find('/', at), path.size());
    const int dots = DotCount(path.substr(at, end - at));
    if (dots == 2 && depth == 0) return true;
    if (dots == 2) --depth;
    if (dots == 0) ++depth;
    at = end + 1;
  }
  return false;
}

std::string CleanPath(std::string_view path) {
  std::vector<std::string_view> segments;
  for (const std::string_view segment : cairn::Split(path, '/')) {
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string clean;
  for (const std::string_view segment : segments) {
    clean += '/';
    clean += segment;
  }
  if (clean.empty() || path.ends_with('/')) clean += '/';
  return clean;
}

Result<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int byte = EscapedByte(text, i);
    if (byte < 0) return Fail(ErrorCode::kInvalid, "broken escape");
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

bool IsAuthority(std::string_view text) {
  const std::optional<SplitAuthority> split = Split(text);
  if (!split || split->host.empty()) return false;
  return !split->port || ParsePort(*split->port).value_or(0) != 0;
}

Result<HostPort> ParseHostPort(std::string_view text, uint16_t default_port) {
  const std::optional<SplitAuthority> split = text.empty() ? std::nullopt : Split(text);
  if (!split) {
    return Fail(ErrorCode::kInvalid, Format("\"{}\" is not HOST, HOST:PORT, [IPV6]:PORT or :PORT", text));
  }
  const std::optional<uint16_t> port = split->port ? ParsePort(*split->port) : default_port;
  if (!port) return Fail(ErrorCode::kInvalid, Format("\"{}\" has a port that is not 0 to 65535", text));
  return HostPort{Lower(split->host), *port};
}

Result<Url> ParseUrl(std::string_view text) {
  if (!std::ranges::all_of(text, IsVisible) || text.find('#') != std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "URL has a fragment or a character that must be escaped");
  }
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return Fail(ErrorCode::kInvalid, "URL has no scheme://");
  Url url;
  url.scheme = Lower(text.substr(0, scheme_end));
  url.port = DefaultPort(url.scheme);
  if (url.port == 0) {
    return Fail(ErrorCode::kInvalid, "URL's scheme is none of http, https, ws, wss, redis, rediss");
  }
  std::string_view authority = text.substr(scheme_end + 3);
  std::string_view rest;
  if (const size_t end = authority.find_first_of("/?"); end != std::string_view::npos) {
    rest = authority.substr(end);
    authority = authority.substr(0, end);
  }
  if (!HasValidEscapes(rest)) return Fail(ErrorCode::kInvalid, "URL has a broken escape or %00");
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.userinfo = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    if (url.userinfo.find_first_of("@[]\\") != std::string::npos || !HasValidEscapes(url.userinfo)) {
      return Fail(ErrorCode::kInvalid, "URL's user or password has a character that must be escaped");
    }
  }
  if (!IsAuthority(authority)) return Fail(ErrorCode::kInvalid, "URL has a bad host or port");
  const std::optional<SplitAuthority> split = Split(authority);
  url.host = Lower(split->host);
  if (split->port) url.port = ParsePort(*split->port).value_or(0);
  const size_t question = rest.find('?');
  url.path = rest.substr(0, question);
  if (url.path.empty()) url.path = "/";
  if (question != std::string_view::npos) url.query = rest.substr(question + 1);
  return url;
}

}  // namespace cairn::http
