#pragma once

// The receiving half of an HTTP/1 connection, without I/O: one message after the other, first the head, then
// the body in pieces. Internal to the folder.
//
// The head stays at the front of `in` until the message ends, since its user holds views of it. Body bytes
// that arrive later go to a buffer of their own, so `in` never moves meanwhile; what is left over begins the
// next message.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "http/buffer.h"
#include "http/h1_parser.h"
#include "http/message.h"

namespace cairn::http {

class H1Receiver {
 public:
  explicit H1Receiver(const MessageLimits& limits) : chunked_(limits) {}

  // Between messages: what has been received of the next one.
  Buffer& in() { return in_; }

  // Begins a message whose head is the first `head_bytes` of in().
  void Begin(size_t head_bytes, BodyKind body, uint64_t content_length);

  // The next piece of the body: kDone with a piece that is valid until the next call, or with an empty one at
  // the body's end; kNeedMore when more must be read into room() first; kError, see error().
  struct Piece {
    H1Progress progress = H1Progress::kNeedMore;
    std::string_view bytes;
  };
  Piece Next();

  // After kNeedMore: where the next bytes belong.
  Buffer& room();

  // The sender has closed the connection. False if that is not how the body ends.
  bool EndBody();

  bool body_done() const { return done_; }
  bool body_started() const { return body_bytes_ > 0 || has_unread(); }
  bool has_unread() const { return !unread().empty(); }
  uint64_t length_left() const { return length_left_; }  // of a body of known length
  std::span<const Field> trailers() const;               // at the body's end, valid until End
  const H1Error& error() const { return chunked_.error(); }

  // Ends the message and drops it. The rest is in(), and belongs to the next message if the body was done.
  void End();

  // Instead of End: everything behind the head and the body.
  Buffer TakeUnread();

 private:
  std::string_view unread() const;
  void DropPiece();

  Buffer in_;
  Buffer body_;             // what did not arrive together with the head
  size_t in_used_ = 0;      // bytes of in_ that belong to this message and have been used
  size_t piece_bytes_ = 0;  // unread bytes that the last piece stands for
  uint64_t length_left_ = 0;
  uint64_t body_bytes_ = 0;
  ChunkedDecoder chunked_;
  BodyKind kind_ = BodyKind::kNone;
  bool done_ = true;
};

}  // namespace cairn::http
