#pragma once

// For tests and fuzzers: what the HTTP/1 parsers make of some bytes, as one line of text, with the bytes
// arriving in pieces. Each piece is parsed in a new exact-size buffer, so that views that were not moved, and
// reads beyond the end, are found by the sanitizers; views outside of the buffer abort.

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "http/h1_parser.h"

namespace cairn::http::testing {

// Bytes arriving bit by bit, in a buffer that moves each time.
class Wire {
 public:
  // `piece()` says how many bytes arrive next (at least 1).
  Wire(std::string_view bytes, std::function<size_t()> piece) : bytes_(bytes), piece_(std::move(piece)) {}

  // What arrived and was not dropped.
  std::string_view Unread() const { return {buffer_.get(), end_ - begin_}; }
  void Drop(size_t size) {
    if (size > end_ - begin_) abort();
    begin_ += size;
    Move();
  }
  // False at the end of the bytes.
  bool Receive() {
    if (end_ == bytes_.size()) return false;
    end_ += std::min(piece_(), bytes_.size() - end_);
    Move();
    return true;
  }
  void CheckView(std::string_view view) const {
    const std::string_view all = Unread();
    if (view.empty()) return;
    const std::less<const char*> before;
    if (before(view.data(), all.data()) || before(all.data() + all.size(), view.data() + view.size()))
      abort();
  }

 private:
  void Move() {
    const size_t size = end_ - begin_;
    std::unique_ptr<char[]> moved = std::make_unique<char[]>(size);
    bytes_.copy(moved.get(), size, begin_);
    buffer_ = std::move(moved);
  }

  std::string_view bytes_;
  std::function<size_t()> piece_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(0);
  size_t begin_ = 0;
  size_t end_ = 0;
};

inline std::function<size_t()> AllAtOnce() {
  return [] { return ~size_t{0}; };
}
inline std::function<size_t()> ByteByByte() {
  return [] { return size_t{1}; };
}

inline void Append(std::string& text, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  text += ' ';
  text += label;
  text += value;
}

inline std::string FieldsText(const Wire& wire, std::span<const Field> fields) {
  std::string text;
  for (const Field& field : fields) {
    wire.CheckView(field.name);
    wire.CheckView(field.value);
    text += Format("{}{}: {}", text.empty() ? "" : "|", field.name, field.value);
  }
  return text;
}

template <typename Parser>
H1Progress ParseHead(Parser& parser, Wire& wire) {
  for (;;) {
    const H1Progress progress = parser.Parse(wire.Unread());
    if (progress != H1Progress::kNeedMore || !wire.Receive()) return progress;
  }
}

// " body=..." or the refusal: "400 reason".
inline std::string ChunkedOutcome(Wire& wire, const MessageLimits& limits) {
  ChunkedDecoder decoder(limits);
  std::string body;
  for (;;) {
    const ChunkedDecoder::Step step = decoder.Feed(wire.Unread());
    wire.CheckView(step.data);
    body += step.data;
    if (step.progress == H1Progress::kError) {
      return Format("{} {}", decoder.error().status, decoder.error().reason);
    }
    if (step.progress == H1Progress::kDone) {
      std::string text = Format(" body={}", body);
      Append(text, "trailers=", FieldsText(wire, decoder.trailers()));
      wire.Drop(step.consumed);
      return text;
    }
    wire.Drop(step.consumed);
    if (step.data.empty() && !wire.Receive()) return Format(" body={}...", body);
  }
}

inline std::string BodyOutcome(Wire& wire, BodyKind kind, uint64_t length, const MessageLimits& limits) {
  switch (kind) {
    case BodyKind::kNone:
      return "";
    case BodyKind::kLength:
      return Format(" length={}", length);
    case BodyKind::kStreamed:
      return ChunkedOutcome(wire, limits);
    case BodyKind::kToClose:
      return " body=to-close";
  }
  return "";
}

// "GET / host=a fields=Host: a|X: y body=..." without what is empty; "400 reason" if refused; "more" if
// unfinished.
inline std::string RequestOutcome(Wire& wire, const MessageLimits& limits = {}) {
  H1RequestParser parser(limits);
  switch (ParseHead(parser, wire)) {
    case H1Progress::kNeedMore:
      return "more";
    case H1Progress::kError:
      return Format("{} {}", parser.error().status, parser.error().reason);
    case H1Progress::kDone:
      break;
  }
  const RequestHead& head = parser.head();
  for (const std::string_view view : {head.method, head.target, head.scheme, head.authority, head.query,
                                      head.upgrade, head.path == "/" ? std::string_view() : head.path}) {
    wire.CheckView(view);
  }
  std::string text = Format("{} {}", head.method, head.path);
  Append(text, "query=", head.query);
  Append(text, "scheme=", head.scheme);
  Append(text, "host=", head.authority);
  Append(text, "upgrade=", head.upgrade);
  if (head.version == Version::kHttp10) text += " 1.0";
  if (!head.keep_alive) text += " close";
  if (head.expect_continue) text += " expect";
  Append(text, "fields=", FieldsText(wire, head.fields));
  const BodyKind kind = head.body;
  const uint64_t length = head.content_length;
  wire.Drop(parser.consumed());
  const std::string body = BodyOutcome(wire, kind, length, limits);
  return body.starts_with(' ') || body.empty() ? text + body : body;
}

// "200 reason=OK ..." in the same manner.
inline std::string ResponseOutcome(Wire& wire, std::string_view method, const MessageLimits& limits = {}) {
  H1ResponseParser parser(limits);
  parser.Reset(method);
  switch (ParseHead(parser, wire)) {
    case H1Progress::kNeedMore:
      return "more";
    case H1Progress::kError:
      return Format("refused: {}", parser.error().reason);
    case H1Progress::kDone:
      break;
  }
  const ResponseHead& head = parser.head();
  wire.CheckView(head.reason);
  wire.CheckView(head.upgrade);
  std::string text = Format("{}", head.status);
  Append(text, "reason=", head.reason);
  Append(text, "upgrade=", head.upgrade);
  if (head.version == Version::kHttp10) text += " 1.0";
  if (!head.keep_alive) text += " close";
  Append(text, "fields=", FieldsText(wire, head.fields));
  const BodyKind kind = head.body;
  const uint64_t length = head.content_length;
  wire.Drop(parser.consumed());
  const std::string body = BodyOutcome(wire, kind, length, limits);
  return body.starts_with(' ') || body.empty() ? text + body : "refused: " + body;
}

}  // namespace cairn::http::testing
