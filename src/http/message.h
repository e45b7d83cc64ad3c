#pragma once

// HTTP messages as every version of the protocol and both ends see them (RFC 9110).
//
// Heads are views: their strings point into the connection's buffers and live as long as the exchange they
// belong to. Copy what must live longer.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cairn::http {

enum class Version : uint8_t { kHttp10, kHttp11, kHttp2 };

// One header or trailer field. The name has the sender's letter case in HTTP/1, lower case in HTTP/2; compare
// it with EqualsIgnoreCase. The value has no blanks around it.
struct Field {
  std::string_view name;
  std::string_view value;
};

// The first field called `name` (any letter case), or nullptr.
const Field* FindField(std::span<const Field> fields, std::string_view name);

// How the end of a message's body is known.
enum class BodyKind : uint8_t {
  kNone,      // there is no body, or one of no bytes (Content-Length: 0)
  kLength,    // `content_length` bytes
  kStreamed,  // until the end that the framing marks: last chunk in HTTP/1.1, END_STREAM in HTTP/2
  kToClose,   // until the connection closes (HTTP/1 responses only)
};

struct RequestHead {
  std::string_view method;     // as sent: "GET"; methods are case-sensitive
  std::string_view target;     // as sent: "/a?b", "http://host/a", "*", or "host:port" for CONNECT
  std::string_view scheme;     // of an absolute target or :scheme, else empty
  std::string_view authority;  // host and port: of an absolute target, else :authority or Host
  std::string_view path;   // raw, up to '?'; "*" for OPTIONS *; empty for CONNECT; "/" if the target has none
  std::string_view query;  // raw, after '?'
  Version version = Version::kHttp11;
  std::span<const Field> fields;  // in order of arrival; HTTP/1: framing and hop-by-hop ones too
  BodyKind body = BodyKind::kNone;
  uint64_t content_length = 0;   // if body is kLength
  bool keep_alive = true;        // the sender allows another request on this connection
  bool expect_continue = false;  // the sender waits for 100 before it sends the body
  std::string_view upgrade;      // value of Upgrade if Connection names it (never "h2c"), else empty

  const Field* Find(std::string_view name) const { return FindField(fields, name); }
};

struct ResponseHead {
  int status = 200;  // 100 to 999
  // When sending: without framing (Content-Length, Transfer-Encoding, Connection).
  std::span<const Field> fields;
  // The rest is set by parsers only:
  Version version = Version::kHttp11;
  std::string_view reason;
  BodyKind body = BodyKind::kNone;
  uint64_t content_length = 0;
  bool keep_alive = true;
  std::string_view upgrade;

  const Field* Find(std::string_view name) const { return FindField(fields, name); }
};

// The standard reason phrase ("Not Found"), or "" for an unknown status.
std::string_view ReasonPhrase(int status);

// Bounds on one message. Exceeding one is answered as noted and closes the connection (HTTP/2: the stream).
struct MessageLimits {
  size_t head_bytes_max = 32 * 1024;       // 431
  size_t target_bytes_max = 8 * 1024;      // 414
  size_t fields_max = 100;                 // 431
  uint64_t body_bytes_max = 1024 * 1024;   // 413
  size_t chunk_extension_bytes_max = 256;  // per chunk; 400
  size_t trailer_bytes_max = 8 * 1024;     // 431
};

}  // namespace cairn::http
