#pragma once

// One HTTP/2 connection over nghttp2 (RFC 9113), as both ends need it: frames in and out of a stream of
// bytes, flow control, and bounds on what a peer may cost. Internal to the folder.
//
// Two coroutines run it. Receive() reads, lets OnTurn() act on what came, and writes what that submitted;
// only what the peer does not take at once is left to Send(). nghttp2's callbacks run within these two and
// never run a handler's or a caller's code, so either may be cancelled whenever they have ended a step. Who
// submits something from elsewhere calls WantOutput() afterwards.

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "http/allowance.h"
#include "http/buffer.h"
#include "http/h2_stream.h"
#include "http/message.h"
#include "net/list.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::http {

struct H2SessionOptions {
  bool server = false;
  size_t peer_streams_max = 0;  // that the peer may have open at the same time
  MessageLimits message;
  Duration write_timeout;  // for the peer to take bytes, and to open a stream's window again
};

class H2Session {
 public:
  // The peer may send so many bytes of bodies ahead of their reader; what a connection's unread bodies can
  // occupy.
  static constexpr int32_t kStreamWindowBytes = 64 * 1024;
  static constexpr int32_t kConnectionWindowBytes = 256 * 1024;

  H2Session(net::Stream& stream, const H2SessionOptions& options);
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;
  virtual ~H2Session() = default;

  nghttp2_session* handle() const { return handle_.get(); }
  net::Loop& loop() const { return stream_.loop(); }
  net::Stream& transport() const { return stream_; }
  const H2SessionOptions& session_options() const { return options_; }

  // Sends what has been submitted, in this turn of the loop or the next.
  void WantOutput();

  // Resets `stream` with an error code of RFC 9113, section 7.
  void Reset(H2Stream& stream, uint32_t code);

 protected:
  // A peer's request has begun; null refuses it. The server's side only.
  virtual H2Stream* OpenStream(int32_t) { return nullptr; }
  // Something has been received, or the deadline has passed: time to act.
  virtual void OnTurn() {}
  // When OnTurn() is to be called although nothing comes. If that changes, say Replan().
  virtual TimePoint NextTurn() const { return kNever; }
  // After nghttp2 has run. Streams that have been closed may be destroyed.
  virtual void OnStep() {}
  virtual void OnFrame(const nghttp2_frame&) {}
  virtual void OnGoAwaySent() {}
  // A stream was reset, by the peer or because of what it sent.
  virtual void OnReset() {}

  void Replan() { stream_.WakeReaders(); }

  // Handles bytes that have been received.
  void Feed(std::string_view bytes);

  // Reads until the connection is over, or until nothing more is to be read after a GOAWAY.
  net::Task<void> Receive();
  net::Task<void> Send();

  // Waits until everything submitted has been sent, or the connection is broken.
  net::Task<void> Drained();

  // Closes a stream whose connection has ended.
  void Abandon(H2Stream& stream);

  // Ends the connection with GOAWAY.
  void Terminate(uint32_t code);
  void Break();

  bool broken() const { return broken_; }
  bool terminated() const { return terminated_; }
  // Whether a header block has begun and not ended, and when.
  bool in_header_block() const { return in_header_block_; }
  TimePoint header_block_began() const { return header_block_began_; }

 private:
  friend class H2Stream;
  struct Callbacks;
  struct SessionDeleter {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };
  using SessionHandle = std::unique_ptr<nghttp2_session, SessionDeleter>;

  static SessionHandle MakeHandle(H2Session& self, const H2SessionOptions& options);
  void SubmitSettings();
  H2Stream* Find(int32_t stream_id) const;
  void NoteFrame(const nghttp2_frame_hd& head);
  void HandleFrame(const nghttp2_frame& frame);
  void HandleSentFrame(const nghttp2_frame& frame);
  void AppendData(H2Stream& stream, std::string_view frame_head, size_t bytes);
  void Flush();
  void FillOutput();
  bool IsStalled(const H2Stream& stream) const;
  void ResetStalledStreams();

  net::Stream& stream_;
  const H2SessionOptions options_;
  SessionHandle handle_;
  Buffer out_;
  net::WaitList output_wanted_;
  net::WaitList drained_;
  net::List<H2Stream> sending_;  // streams with unsent bytes, those that got rid of some longest ago first
  Allowance idle_frames_;
  TimePoint data_sent_at_;
  TimePoint header_block_began_;
  bool in_header_block_ = false;
  bool in_turn_ = false;        // what is submitted will be flushed anyway
  bool write_blocked_ = false;  // Send() waits for the transport
  bool stall_timed_ = false;    // Send() waits for the first of sending_ too
  bool abusive_ = false;
  bool terminated_ = false;
  bool broken_ = false;
};

}  // namespace cairn::http
