#pragma once

// One stream of an HTTP/2 connection: a body and trailers in each direction, under flow control. Base of the
// exchanges of both ends. Internal to the folder.

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/buffer.h"
#include "http/h2_fields.h"
#include "http/message.h"
#include "net/list.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::http {

class H2Session;

class H2Stream : public net::ListNode {
 public:
  H2Stream(H2Session& session, H2FieldSection::Kind head_kind);
  H2Stream(const H2Stream&) = delete;
  H2Stream& operator=(const H2Stream&) = delete;

  int32_t id() const { return id_; }

 protected:
  virtual ~H2Stream();

  // The head that head_section() holds is complete. True if it was the final one, false for interim ones.
  virtual bool OnHead(bool end_stream) = 0;
  virtual void OnHeadSent() {}
  // END_STREAM has been sent.
  virtual void OnOutputEnded() {}
  // The peer took too long to open the stream's window.
  virtual void OnStalled() {}
  // The stream is over; `code` is 0 if regularly. `by_peer`: it was reset by the peer.
  virtual void OnClosed(uint32_t code, bool by_peer) = 0;

  // Once nghttp2 knows the stream.
  void set_id(int32_t id) { id_ = id; }

  H2FieldSection& head_section() { return *head_; }
  bool head_complete() const { return head_complete_; }

  // Input. A piece is valid until the next call; empty if there is nothing now.
  std::string_view TakePiece();
  bool input_ended() const { return input_ended_; }  // nothing comes behind what TakePiece() returns
  std::span<const Field> received_trailers() const;
  net::WaitList& input_changed() { return input_changed_; }  // a head, bytes, the end, or closed

  // Output, after a head was submitted with provider(). `length` is the body's if it was announced.
  void OpenOutput(std::optional<uint64_t> length);
  static nghttp2_data_provider provider();
  // Small pieces are copied; for larger ones it waits until they have gone out.
  net::Task<Result<>> Write(std::string_view piece);
  // The whole body, and its end: copies it, does not wait.
  void WriteWhole(std::string_view body);
  Result<> Finish(std::span<const Field> trailers);
  // Drops what is unsent; Write() and Finish() fail from now on.
  void StopOutput();
  bool output_ended() const { return output_ == Output::kEnded; }

  bool closed() const { return closed_; }

  // Resets the stream unless it is over.
  void ResetIfOpen(uint32_t code);

 private:
  friend class H2Session;
  enum class Output : uint8_t { kNone, kOpen, kFinished, kEnded, kStopped };

  class Borrow;

  void BeginSection();
  void AddField(std::string_view name, std::string_view value);
  void EndSection(bool end_stream);
  void AddInput(std::string_view bytes);
  void EndInput();
  void Close(uint32_t code);
  void AppendCopy(std::string_view piece);
  void DropUnsent();
  Result<> OutputProblem() const;
  size_t unsent() const { return buffered_.size() - buffered_sent_ + borrowed_.size(); }
  ssize_t OfferData(size_t bytes_max, uint32_t& flags);
  void MoveData(Buffer& out, size_t bytes);
  void NoteProgress();
  void ResumeOutput();

  H2Session& session_;
  int32_t id_ = 0;
  const H2FieldSection::Kind head_kind_;
  bool head_complete_ = false;
  bool input_ended_ = false;
  bool closed_ = false;
  bool reset_by_us_ = false;
  Output output_ = Output::kNone;
  std::optional<H2FieldSection> head_;
  std::optional<H2FieldSection> trailers_;
  std::string input_;
  std::string piece_;
  net::WaitList input_changed_;

  std::string buffered_;
  size_t buffered_sent_ = 0;
  std::string_view borrowed_;  // of a Write() that waits
  std::optional<uint64_t> output_left_;
  std::vector<std::pair<std::string, std::string>> trailers_to_send_;
  net::WaitList output_changed_;
  TimePoint stalls_at_;
};

}  // namespace cairn::http
