#pragma once

// The strict HTTP/1.x parser (RFC 9112): pure, incremental, without allocation once its field table has
// grown. It refuses everything that two implementations could read differently; see docs/formats/http.md for
// the cases.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/h1_chunked.h"  // the other half of reading a message
#include "http/h1_fields.h"
#include "http/message.h"

namespace cairn::http {

// Parses one request head after the other. Give Parse() all bytes received since the end of the previous
// message, again with more after kNeedMore; it resumes where it stopped, so slow senders cost linear time.
// The bytes may have moved between two calls. After kDone, head() views into `bytes`, consumed() bytes are
// the head, and Reset() begins the next one. The answer, an error too, does not depend on how the bytes were
// split.
//
// A head is in `fields` as received, framing and hop-by-hop fields (Content-Length, Connection, ...)
// included; only fields with '_' in their name are left out. CONNECT with a host and port is let through:
// answering it (405) is the server's task.
class H1RequestParser {
 public:
  explicit H1RequestParser(const MessageLimits& limits)
      : limits_(limits), fields_(FieldReader::Section::kRequest, limits.fields_max) {}

  H1Progress Parse(std::string_view bytes);
  void Reset();

  const RequestHead& head() const { return head_; }
  size_t consumed() const { return consumed_; }
  const H1Error& error() const { return error_; }

 private:
  enum class Stage : uint8_t { kStart, kMethod, kTarget, kVersion, kFields, kRefused };

  H1Progress ParseLimited(std::string_view bytes);
  H1Progress ReadStart(std::string_view bytes);
  H1Progress ReadMethod(std::string_view bytes);
  H1Progress ReadTarget(std::string_view bytes);
  H1Progress ReadVersion(std::string_view bytes);
  H1Progress Finish(std::string_view bytes);
  bool ResolveTarget();
  bool ResolveAbsoluteForm();
  bool ResolveHost();
  bool ResolveBody();
  H1Progress Refuse(int status, std::string_view reason);
  bool Require(std::string_view reason);

  MessageLimits limits_;
  RequestHead head_;
  H1Error error_;
  size_t consumed_ = 0;
  size_t scanned_ = 0;  // offset of the first byte not looked at, before the fields
  size_t method_at_ = 0;
  size_t method_end_ = 0;
  size_t target_end_ = 0;
  Stage stage_ = Stage::kStart;
  bool target_marked_ = false;  // the target has a '%', '.' or '?'
  FieldReader fields_;
};

// The same for responses. Reset() is told what the request was, since HEAD, CONNECT and 1xx decide about the
// body; after an interim (1xx) head, Reset() with the same method and parse on. Errors have status 502.
class H1ResponseParser {
 public:
  explicit H1ResponseParser(const MessageLimits& limits)
      : limits_(limits), fields_(FieldReader::Section::kResponse, limits.fields_max) {}

  H1Progress Parse(std::string_view bytes);
  void Reset(std::string_view request_method);

  const ResponseHead& head() const { return head_; }
  size_t consumed() const { return consumed_; }
  const H1Error& error() const { return error_; }

 private:
  enum class Stage : uint8_t { kVersion, kReason, kFields, kRefused };

  H1Progress ParseLimited(std::string_view bytes);
  H1Progress ReadVersion(std::string_view bytes);
  H1Progress ReadReason(std::string_view bytes);
  H1Progress Finish(std::string_view bytes);
  bool ResolveBody();
  H1Progress Refuse(std::string_view reason);

  MessageLimits limits_;
  ResponseHead head_;
  H1Error error_;
  size_t consumed_ = 0;
  size_t scanned_ = 0;  // offset of the first byte not looked at, before the fields
  size_t reason_end_ = 0;
  Stage stage_ = Stage::kVersion;
  bool request_was_head_ = false;
  bool request_was_connect_ = false;
  FieldReader fields_;
};

}  // namespace cairn::http
