#pragma once

// The strict HTTP/1.x parser (RFC 9112): pure, incremental, without allocation once its field table has grown.
// It refuses everything that two implementations could read differently; see docs/formats/http.md for the cases.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace cairn::http {

// Why a message was refused: the status to answer with before closing, and a short reason for logs.
struct H1Error {
  int status = 400;
  std::string_view reason;  // static text
};

enum class H1Progress : uint8_t { kNeedMore, kDone, kError };

// Parses one request head after the other. Give Parse() all bytes received since the end of the previous message,
// again with more after kNeedMore; it resumes where it stopped, so slow senders cost linear time. After kDone,
// head() views into `bytes`, consumed() bytes are the head, and Reset() begins the next one.
class H1RequestParser {
 public:
  explicit H1RequestParser(const MessageLimits& limits) : limits_(limits) {}

  H1Progress Parse(std::string_view bytes);
  void Reset();

  const RequestHead& head() const { return head_; }
  size_t consumed() const { return consumed_; }
  const H1Error& error() const { return error_; }

 private:
  MessageLimits limits_;
  RequestHead head_;
  H1Error error_;
  size_t consumed_ = 0;
  size_t scanned_ = 0;
  std::vector<Field> fields_;
};

// The same for responses. Reset() is told what the request was, since HEAD, CONNECT and 1xx decide about the body.
class H1ResponseParser {
 public:
  explicit H1ResponseParser(const MessageLimits& limits) : limits_(limits) {}

  H1Progress Parse(std::string_view bytes);
  void Reset(std::string_view request_method);

  const ResponseHead& head() const { return head_; }
  size_t consumed() const { return consumed_; }
  const H1Error& error() const { return error_; }

 private:
  MessageLimits limits_;
  ResponseHead head_;
  H1Error error_;
  size_t consumed_ = 0;
  size_t scanned_ = 0;
  bool bodiless_ = false;
  std::vector<Field> fields_;
};

// Removes the chunked transfer coding. Feed() looks at bytes not yet consumed and returns at most one piece of body,
// a view into `bytes`; the caller drops `consumed` bytes and calls again until kDone. Trailer fields that
// frame, route or authenticate are dropped.
class ChunkedDecoder {
 public:
  struct Step {
    H1Progress progress = H1Progress::kNeedMore;
    size_t consumed = 0;
    std::string_view data;
  };

  explicit ChunkedDecoder(const MessageLimits& limits) : limits_(limits) {}

  Step Feed(std::string_view bytes);
  const std::vector<Field>& trailers() const { return trailers_; }  // after kDone, views into the last `bytes`
  const H1Error& error() const { return error_; }

 private:
  MessageLimits limits_;
  H1Error error_;
  std::vector<Field> trailers_;
  uint64_t chunk_bytes_left_ = 0;
  uint8_t state_ = 0;
};

}  // namespace cairn::http
