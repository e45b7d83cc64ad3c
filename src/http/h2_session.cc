#include "http/h2_session.h"

#include <sys/uio.h>

#include <array>

namespace cairn::http {

namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr size_t kOutBytesMax = 64 * 1024;  // collected before they are written
constexpr size_t kFrameBytesMax = 9 + 16 * 1024;

// After so many reads without waiting, the other connections of the loop get a turn.
constexpr int kReadsInARowMax = 16;

// PING and SETTINGS are answered; so many answers may wait for a peer that does not read.
constexpr size_t kOutboundAcksMax = 100;
constexpr size_t kSettingsEntriesMax = 32;
constexpr size_t kContinuationsMax = 8;

// Frames that move no request or response on. Window updates may be many when we send much.
constexpr double kIdleFramesMax = 1000;
constexpr double kIdleFramesPerSecond = 100;
constexpr double kIdleFramesPerDataFrame = 10;

std::string_view View(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

// What nghttp2 calls, from within mem_recv and mem_send.
struct H2Session::Callbacks {
  static H2Session& Self(void* self) { return *static_cast<H2Session*>(self); }

  static int OnBeginFrame(nghttp2_session*, const nghttp2_frame_hd* head, void* self) {
    Self(self).NoteFrame(*head);
    return 0;
  }

  static int OnBeginHeaders(nghttp2_session* handle, const nghttp2_frame* frame, void* user_data) {
    H2Session& self = Self(user_data);
    H2Stream* stream = self.Find(frame->hd.stream_id);
    if (!stream && self.options_.server && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      stream = self.OpenStream(frame->hd.stream_id);
      if (!stream) {
        return nghttp2_submit_rst_stream(handle, 0, frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
      }
      stream->id_ = frame->hd.stream_id;
      nghttp2_session_set_stream_user_data(handle, frame->hd.stream_id, stream);
    }
    if (!stream) return 0;
    self.in_header_block_ = true;
    self.header_block_began_ = self.loop().Now();
    stream->BeginSection();
    return 0;
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_bytes,
                      const uint8_t* value, size_t value_bytes, uint8_t, void* self) {
    H2Stream* stream = Self(self).Find(frame->hd.stream_id);
    if (stream) stream->AddField(View(name, name_bytes), View(value, value_bytes));
    return 0;
  }

  static int OnFrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    Self(self).HandleFrame(*frame);
    return 0;
  }

  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int, void* self) {
    if (frame->hd.type == NGHTTP2_HEADERS) Self(self).in_header_block_ = false;
    return 0;
  }

  static int OnDataChunk(nghttp2_session* handle, uint8_t, int32_t id, const uint8_t* data, size_t size,
                         void* self) {
    if (H2Stream* stream = Self(self).Find(id)) {
      stream->AddInput(View(data, size));
    } else {
      nghttp2_session_consume(handle, id, size);
    }
    return 0;
  }

  static int OnStreamClosed(nghttp2_session*, int32_t id, uint32_t code, void* self) {
    if (H2Stream* stream = Self(self).Find(id)) stream->Close(code);
    return 0;
  }

  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    Self(self).HandleSentFrame(*frame);
    return 0;
  }

  // A response that cannot be sent must not leave its stream hanging.
  static int OnFrameNotSent(nghttp2_session*, const nghttp2_frame* frame, int, void* user_data) {
    H2Session& self = Self(user_data);
    H2Stream* stream =
        frame->hd.type == NGHTTP2_HEADERS && self.options_.server ? self.Find(frame->hd.stream_id) : nullptr;
    if (stream) self.Reset(*stream, NGHTTP2_INTERNAL_ERROR);
    return 0;
  }

  static ssize_t OfferData(nghttp2_session*, int32_t id, uint8_t*, size_t bytes_max, uint32_t* flags,
                           nghttp2_data_source*, void* self) {
    H2Stream* stream = Self(self).Find(id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    return stream->OfferData(bytes_max, *flags);
  }

  static int SendData(nghttp2_session*, nghttp2_frame* frame, const uint8_t* frame_head, size_t size,
                      nghttp2_data_source*, void* user_data) {
    H2Session& self = Self(user_data);
    H2Stream* stream = self.Find(frame->hd.stream_id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    self.AppendData(*stream, View(frame_head, 9), size);
    return self.out_.size() >= kOutBytesMax ? NGHTTP2_ERR_PAUSE : 0;
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, OnBeginFrame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrameReceived);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, OnInvalidFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnDataChunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClosed);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnFrameSent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, OnFrameNotSent);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, SendData);
    return callbacks;
  }
};

nghttp2_data_provider H2Stream::provider() {
  nghttp2_data_provider provider{};
  provider.read_callback = H2Session::Callbacks::OfferData;
  return provider;
}

H2Session::SessionHandle H2Session::MakeHandle(H2Session& self, const H2SessionOptions& options) {
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_outbound_ack(option, kOutboundAcksMax);
  nghttp2_option_set_max_settings(option, kSettingsEntriesMax);
  nghttp2_option_set_max_continuations(option, kContinuationsMax);
  nghttp2_session_callbacks* callbacks = Callbacks::Make();
  nghttp2_session* handle = nullptr;
  const auto make = options.server ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
  make(&handle, callbacks, &self, option);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_option_del(option);
  return SessionHandle(handle);
}

H2Session::H2Session(net::Stream& stream, const H2SessionOptions& options)
    : stream_(stream),
      options_(options),
      handle_(MakeHandle(*this, options)),
      output_wanted_(stream.loop()),
      drained_(stream.loop()),
      idle_frames_(kIdleFramesMax, kIdleFramesPerSecond, stream.loop().Now()) {
  SubmitSettings();
}

void H2Session::SubmitSettings() {
  const auto head_bytes_max = static_cast<uint32_t>(options_.message.head_bytes_max);
  const auto streams_max = static_cast<uint32_t>(options_.peer_streams_max);
  std::array<nghttp2_settings_entry, 5> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<uint32_t>(kStreamWindowBytes)},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, head_bytes_max},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
  }};
  const size_t size =
      options_.server ? settings.size() - 1 : settings.size();  // only clients may push or not
  nghttp2_submit_settings(handle(), NGHTTP2_FLAG_NONE, settings.data(), size);
  nghttp2_session_set_local_window_size(handle(), NGHTTP2_FLAG_NONE, 0, kConnectionWindowBytes);
}

H2Stream* H2Session::Find(int32_t stream_id) const {
  return static_cast<H2Stream*>(nghttp2_session_get_stream_user_data(handle(), stream_id));
}

void H2Session::Reset(H2Stream& stream, uint32_t code) {
  stream.reset_by_us_ = true;
  nghttp2_submit_rst_stream(handle(), NGHTTP2_FLAG_NONE, stream.id(), code);
  WantOutput();
}

void H2Session::Abandon(H2Stream& stream) {
  if (!stream.closed()) stream.Close(NGHTTP2_INTERNAL_ERROR);
}

void H2Session::Terminate(uint32_t code) {
  terminated_ = true;
  nghttp2_session_terminate_session(handle(), code);
}

void H2Session::Break() {
  broken_ = true;
  stream_.WakeReaders();
  drained_.WakeAll();
}

// Receiving.

void H2Session::NoteFrame(const nghttp2_frame_hd& head) {
  bool idle = false;
  switch (head.type) {
    case NGHTTP2_DATA:
      idle = head.length == 0 && (head.flags & NGHTTP2_FLAG_END_STREAM) == 0;
      break;
    case NGHTTP2_HEADERS:
    case NGHTTP2_CONTINUATION:
    case NGHTTP2_RST_STREAM:
      break;
    default:
      idle = true;
  }
  if (head.type != NGHTTP2_CONTINUATION) in_header_block_ = false;
  if (idle && !idle_frames_.Spend(loop().Now())) abusive_ = true;
}

void H2Session::HandleFrame(const nghttp2_frame& frame) {
  H2Stream* stream = frame.hd.stream_id > 0 ? Find(frame.hd.stream_id) : nullptr;
  const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
      in_header_block_ = false;
      if (stream) stream->EndSection(end_stream);
      break;
    case NGHTTP2_DATA:
      if (stream && end_stream) stream->EndInput();
      break;
    case NGHTTP2_RST_STREAM:
      OnReset();
      break;
    default:
      OnFrame(frame);
  }
}

void H2Session::Feed(std::string_view bytes) {
  const ssize_t used =
      nghttp2_session_mem_recv(handle(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (abusive_ || used == NGHTTP2_ERR_FLOODED || used == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) {
    Terminate(NGHTTP2_ENHANCE_YOUR_CALM);
  } else if (used < 0) {
    Break();
  }
  OnStep();
}

net::Task<void> H2Session::Receive() {
  Buffer in;
  int reads_in_a_row = 0;
  for (;;) {
    in_turn_ = true;
    OnTurn();
    in_turn_ = false;
    Flush();
    if (broken_ || !nghttp2_session_want_read(handle())) co_return;
    const net::Io io = stream_.TryRead(in.Room(kReadBytes));
    if (io.status == net::IoStatus::kOk) {
      in.Commit(io.bytes);
      Feed(in.view());
      in.Consume(in.size());
      if (++reads_in_a_row < kReadsInARowMax) continue;
      co_await loop().Yield();
    } else if (io.status == net::IoStatus::kWouldBlock) {
      in.Consume(0);  // gives the memory back
      co_await stream_.Readable(NextTurn());
    } else {
      Break();
    }
    reads_in_a_row = 0;
  }
}

// Sending.

void H2Session::WantOutput() {
  if (!in_turn_) output_wanted_.WakeOne();
}

void H2Session::HandleSentFrame(const nghttp2_frame& frame) {
  H2Stream* stream = frame.hd.stream_id > 0 ? Find(frame.hd.stream_id) : nullptr;
  switch (frame.hd.type) {
    case NGHTTP2_RST_STREAM:
      if (stream) stream->reset_by_us_ = true;
      if (frame.rst_stream.error_code != NGHTTP2_NO_ERROR) OnReset();
      return;
    case NGHTTP2_DATA:
      idle_frames_.Earn(kIdleFramesPerDataFrame);
      break;
    case NGHTTP2_HEADERS:
      if (stream) stream->OnHeadSent();
      break;
    case NGHTTP2_GOAWAY:
      OnGoAwaySent();
      return;
    default:
      return;
  }
  if (stream && (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
    stream->output_ = H2Stream::Output::kEnded;
    stream->OnOutputEnded();
  }
}

void H2Session::AppendData(H2Stream& stream, std::string_view frame_head, size_t bytes) {
  // Large bodies get their room at once.
  if (!out_.has_room(frame_head.size() + bytes)) out_.Room(kOutBytesMax + kFrameBytesMax - out_.size());
  out_.Append(frame_head);
  stream.MoveData(out_, bytes);
  data_sent_at_ = loop().Now();
}

void H2Session::FillOutput() {
  while (out_.size() < kOutBytesMax) {
    const uint8_t* frame = nullptr;
    const ssize_t bytes = nghttp2_session_mem_send(handle(), &frame);
    if (bytes < 0) Break();
    if (bytes <= 0) return;
    out_.Append(View(frame, static_cast<size_t>(bytes)));
  }
}

void H2Session::Flush() {
  while (!write_blocked_ && !broken_) {
    FillOutput();
    if (out_.empty()) break;
    const iovec piece = {const_cast<char*>(out_.view().data()), out_.size()};
    const net::Io io = stream_.TryWrite({&piece, 1});
    if (io.status == net::IoStatus::kOk) {
      out_.Consume(io.bytes);
    } else if (io.status == net::IoStatus::kWouldBlock) {
      write_blocked_ = true;
      output_wanted_.WakeOne();
    } else {
      Break();
    }
  }
  if (out_.empty()) drained_.WakeAll();
  if (!sending_.empty() && !stall_timed_) output_wanted_.WakeOne();
  if (!nghttp2_session_want_read(handle())) stream_.WakeReaders();  // Receive() can end
  OnStep();
}

net::Task<void> H2Session::Send() {
  while (!broken_) {
    if (write_blocked_) {
      if (const bool in_time = co_await stream_.Writable(loop().Now() + options_.write_timeout); !in_time) {
        Break();
        co_return;
      }
      write_blocked_ = false;
    } else {
      stall_timed_ = !sending_.empty();
      const TimePoint deadline = stall_timed_ ? sending_.front()->stalls_at_ : kNever;
      co_await output_wanted_.Wait(deadline);
      stall_timed_ = false;
      ResetStalledStreams();
    }
    Flush();
  }
}

net::Task<void> H2Session::Drained() {
  while (!broken_ && !out_.empty()) co_await drained_.Wait();
}

// Whether the peer keeps the stream from sending; otherwise it only waits for its turn.
bool H2Session::IsStalled(const H2Stream& stream) const {
  if (nghttp2_session_get_stream_remote_window_size(handle(), stream.id()) <= 0) return true;
  return nghttp2_session_get_remote_window_size(handle()) <= 0 &&
         loop().Now() >= data_sent_at_ + options_.write_timeout;
}

void H2Session::ResetStalledStreams() {
  for (H2Stream* stream; (stream = sending_.front()) && stream->stalls_at_ <= loop().Now();) {
    if (!IsStalled(*stream)) {
      stream->NoteProgress();
      continue;
    }
    stream->Unlink();
    stream->OnStalled();
    Reset(*stream, NGHTTP2_CANCEL);
  }
}

}  // namespace cairn::http
