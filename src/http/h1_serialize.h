#pragma once

// HTTP/1.1 heads as bytes (RFC 9112). Internal to the folder.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/buffer.h"
#include "http/message.h"

namespace cairn::http {

// How a message that is being sent is framed.
struct H1Framing {
  std::optional<uint64_t> content_length;  // sent as Content-Length
  bool chunked = false;                    // sent as Transfer-Encoding: chunked
  std::string_view connection;             // sent as Connection, unless empty
};

// What else the connection adds to a request.
struct H1RequestFraming : H1Framing {
  std::string_view upgrade;  // sent as Upgrade, unless empty; `connection` must name it
  bool expect_continue = false;
};

// Fields that frame or route (Content-Length, Transfer-Encoding, Connection, Keep-Alive, Date) are the
// connection's business and left out of `fields`, as are fields whose name is no token or whose value could
// break out of its line.
void AppendResponseHead(Buffer& out, const ResponseHead& head, const H1Framing& framing,
                        std::string_view date_line);

// The request line is `method` and `target`; Host is added from `authority`. All three must be valid. Host,
// Upgrade and Expect are left out of `fields` too.
void AppendRequestHead(Buffer& out, std::string_view method, std::string_view target,
                       std::string_view authority, std::span<const Field> fields,
                       const H1RequestFraming& framing);

// Whether the three may stand in a request's head.
bool IsRequestLine(std::string_view method, std::string_view target, std::string_view authority);

// The last chunk and the trailer section, without fields that may not be there.
void AppendLastChunk(Buffer& out, std::span<const Field> trailers);

// The size line of a chunk: hexadecimal digits and CRLF, into `space`.
std::string_view ChunkSizeLine(size_t bytes, std::span<char, 20> space);

}  // namespace cairn::http
