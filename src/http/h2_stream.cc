#include "http/h2_stream.h"

#include <algorithm>

#include "http/h1_fields.h"
#include "http/h2_session.h"

namespace cairn::http {

namespace {

// Up to so many unsent bytes of a stream are kept as a copy; whoever writes more waits.
constexpr size_t kBufferedBytesMax = 16 * 1024;

}  // namespace

// A piece that the output views while its Write() waits. When that is cancelled a part may be missing, and
// the stream cannot go on.
class H2Stream::Borrow {
 public:
  Borrow(H2Stream& stream, std::string_view piece) : stream_(stream) { stream_.borrowed_ = piece; }
  Borrow(const Borrow&) = delete;
  Borrow& operator=(const Borrow&) = delete;
  ~Borrow() {
    if (stream_.borrowed_.empty()) return;
    stream_.borrowed_ = {};
    stream_.ResetIfOpen(NGHTTP2_CANCEL);
  }

 private:
  H2Stream& stream_;
};

H2Stream::H2Stream(H2Session& session, H2FieldSection::Kind head_kind)
    : session_(session),
      head_kind_(head_kind),
      input_changed_(session.loop()),
      output_changed_(session.loop()) {}

H2Stream::~H2Stream() {
  if (id_ == 0) return;
  nghttp2_session_set_stream_user_data(session_.handle(), id_, nullptr);
  nghttp2_session_consume_connection(session_.handle(), input_.size() + piece_.size());
}

// Input.

void H2Stream::BeginSection() {
  const MessageLimits& limits = session_.session_options().message;
  if (!head_complete_) {
    head_.emplace(head_kind_, limits.head_bytes_max, limits.fields_max);
  } else {
    trailers_.emplace(H2FieldSection::Kind::kTrailers, limits.trailer_bytes_max, limits.fields_max);
  }
}

void H2Stream::AddField(std::string_view name, std::string_view value) {
  (head_complete_ ? trailers_ : head_)->Add(name, value);
}

void H2Stream::EndSection(bool end_stream) {
  if (!head_complete_) {
    head_->Finish();
    head_complete_ = OnHead(end_stream);
  } else {
    trailers_->Finish();
    if (trailers_->exceeded()) {
      session_.Reset(*this, NGHTTP2_ENHANCE_YOUR_CALM);
      return;
    }
  }
  if (end_stream) EndInput();
  input_changed_.WakeAll();
}

void H2Stream::AddInput(std::string_view bytes) {
  input_.append(bytes);
  input_changed_.WakeAll();
}

void H2Stream::EndInput() {
  input_ended_ = true;
  input_changed_.WakeAll();
}

std::string_view H2Stream::TakePiece() {
  if (!piece_.empty()) {
    nghttp2_session_consume(session_.handle(), id_, piece_.size());
    piece_.clear();
    session_.WantOutput();  // a window update, perhaps
  }
  piece_.swap(input_);
  return piece_;
}

std::span<const Field> H2Stream::received_trailers() const {
  if (!trailers_ || !input_ended_ || !input_.empty()) return {};
  return trailers_->fields();
}

void H2Stream::Close(uint32_t code) {
  closed_ = true;
  DropUnsent();
  input_changed_.WakeAll();
  OnClosed(code, !reset_by_us_);
}

void H2Stream::ResetIfOpen(uint32_t code) {
  if (!closed_) session_.Reset(*this, code);
}

// Output.

void H2Stream::OpenOutput(std::optional<uint64_t> length) {
  output_ = Output::kOpen;
  output_left_ = length;
}

void H2Stream::ResumeOutput() {
  nghttp2_session_resume_data(session_.handle(), id_);
  session_.WantOutput();
}

void H2Stream::DropUnsent() {
  Unlink();
  borrowed_ = {};
  buffered_.clear();
  buffered_sent_ = 0;
  output_changed_.WakeAll();
}

void H2Stream::StopOutput() {
  if (output_ != Output::kOpen) return;
  output_ = Output::kStopped;
  DropUnsent();
}

Result<> H2Stream::OutputProblem() const {
  if (closed_) return Fail(ErrorCode::kDisconnected, "the peer has closed the stream");
  if (output_ == Output::kStopped) return Fail(ErrorCode::kDisconnected, "the peer does not want the body");
  if (output_ != Output::kOpen) return Fail(ErrorCode::kInvalid, "no body is being sent");
  return {};
}

net::Task<Result<>> H2Stream::Write(std::string_view piece) {
  if (piece.empty()) co_return {};
  if (auto problem = OutputProblem(); !problem) co_return problem;
  if (output_left_) {
    if (piece.size() > *output_left_) co_return Fail(ErrorCode::kInvalid, "more body than announced");
    *output_left_ -= piece.size();
  }
  if (unsent() + piece.size() <= kBufferedBytesMax) {
    AppendCopy(piece);
    co_return {};
  }
  const Borrow borrow(*this, piece);
  NoteProgress();
  ResumeOutput();
  while (!borrowed_.empty()) co_await output_changed_.Wait();
  co_return OutputProblem();
}

void H2Stream::AppendCopy(std::string_view piece) {
  buffered_.append(piece);
  NoteProgress();
  ResumeOutput();
}

void H2Stream::WriteWhole(std::string_view body) {
  output_ = Output::kFinished;
  AppendCopy(body);
}

Result<> H2Stream::Finish(std::span<const Field> trailers) {
  if (auto problem = OutputProblem(); !problem) return problem;
  if (output_left_.value_or(0) > 0) return Fail(ErrorCode::kInvalid, "less body than announced");
  output_ = Output::kFinished;
  for (const Field& field : trailers) {
    if (!IsForbiddenTrailer(field.name)) trailers_to_send_.emplace_back(field.name, field.value);
  }
  ResumeOutput();
  return {};
}

// What the next DATA frame can have; called when flow control has room for it.
ssize_t H2Stream::OfferData(size_t bytes_max, uint32_t& flags) {
  const size_t bytes = std::min(bytes_max, unsent());
  const bool finished = output_ == Output::kFinished;
  if (bytes == 0 && !finished) return NGHTTP2_ERR_DEFERRED;
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (finished && bytes == unsent()) {
    flags |= NGHTTP2_DATA_FLAG_EOF;
    std::vector<Field> trailers;
    for (const auto& [name, value] : trailers_to_send_) trailers.push_back({name, value});
    const H2FieldList list({}, trailers, {});
    if (list.size() > 0) {
      flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      nghttp2_submit_trailer(session_.handle(), id_, list.data(), list.size());
    }
  }
  return static_cast<ssize_t>(bytes);
}

void H2Stream::MoveData(Buffer& out, size_t bytes) {
  const size_t of_buffered = std::min(bytes, buffered_.size() - buffered_sent_);
  out.Append(std::string_view(buffered_).substr(buffered_sent_, of_buffered));
  buffered_sent_ += of_buffered;
  if (buffered_sent_ == buffered_.size()) {
    buffered_.clear();
    buffered_sent_ = 0;
  }
  const size_t of_borrowed = bytes - of_buffered;
  if (of_borrowed > 0) {
    out.Append(borrowed_.substr(0, of_borrowed));
    borrowed_.remove_prefix(of_borrowed);
    if (borrowed_.empty()) output_changed_.WakeAll();
  }
  NoteProgress();
}

void H2Stream::NoteProgress() {
  Unlink();
  if (unsent() == 0) return;
  stalls_at_ = session_.loop().Now() + session_.session_options().write_timeout;
  session_.sending_.PushBack(*this);
}

}  // namespace cairn::http
