#include "http/h1_receiver.h"

#include <algorithm>
#include <utility>

namespace cairn::http {

void H1Receiver::Begin(size_t head_bytes, BodyKind body, uint64_t content_length) {
  in_used_ = head_bytes;
  piece_bytes_ = 0;
  length_left_ = content_length;
  body_bytes_ = 0;
  kind_ = body;
  done_ = body == BodyKind::kNone || (body == BodyKind::kLength && content_length == 0);
  if (body == BodyKind::kStreamed) chunked_.Reset();
}

std::string_view H1Receiver::unread() const {
  return in_used_ < in_.size() ? in_.view().substr(in_used_) : body_.view();
}

void H1Receiver::DropPiece() {
  if (in_used_ < in_.size()) {
    in_used_ += piece_bytes_;
  } else {
    body_.Consume(piece_bytes_);
  }
  piece_bytes_ = 0;
}

H1Receiver::Piece H1Receiver::Next() {
  while (!done_) {
    DropPiece();
    const std::string_view bytes = unread();
    if (bytes.empty()) return {};
    Piece piece{H1Progress::kDone, bytes};
    if (kind_ == BodyKind::kStreamed) {
      const ChunkedDecoder::Step step = chunked_.Feed(bytes);
      if (step.progress == H1Progress::kError) return {H1Progress::kError, {}};
      piece_bytes_ = step.consumed;
      done_ = step.progress == H1Progress::kDone;
      piece.bytes = step.data;
      if (piece.bytes.empty() && !done_) {
        DropPiece();
        return {};
      }
    } else {
      if (kind_ == BodyKind::kLength) {
        piece.bytes = bytes.substr(0, std::min<uint64_t>(bytes.size(), length_left_));
        length_left_ -= piece.bytes.size();
        done_ = length_left_ == 0;
      }
      piece_bytes_ = piece.bytes.size();
    }
    body_bytes_ += piece.bytes.size();
    return piece;
  }
  return {H1Progress::kDone, {}};
}

Buffer& H1Receiver::room() {
  if (in_used_ < in_.size()) {  // an incomplete line of the chunked coding behind the head
    body_.Append(in_.view().substr(in_used_));
    in_used_ = in_.size();
  }
  return body_;
}

bool H1Receiver::EndBody() {
  if (kind_ == BodyKind::kToClose) done_ = true;
  return done_;
}

std::span<const Field> H1Receiver::trailers() const {
  if (kind_ != BodyKind::kStreamed || !done_) return {};
  return chunked_.trailers();
}

void H1Receiver::End() {
  DropPiece();
  in_.Consume(in_used_);
  if (in_.empty()) in_.Swap(body_);
  in_used_ = 0;
  kind_ = BodyKind::kNone;
  done_ = true;
}

Buffer H1Receiver::TakeUnread() {
  DropPiece();
  Buffer taken;
  taken.Append(unread());
  in_used_ = in_.size();
  body_.Consume(body_.size());
  return taken;
}

}  // namespace cairn::http
