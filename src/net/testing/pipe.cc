#include "net/testing/pipe.h"

#include <algorithm>
#include <cassert>
#include <string>

namespace cairn::net {

struct PipeEnd::Direction {
  Direction(Loop& loop, PipeOptions pipe_options) : options(pipe_options), readers(loop), writers(loop) {}

  bool readable() const { return !bytes.empty() || finished || broken; }
  bool writable() const { return bytes.size() < options.capacity || abandoned || broken; }
  void WakeBoth() {
    readers.WakeAll();
    writers.WakeAll();
  }

  const PipeOptions options;
  std::string bytes;
  bool finished = false;   // the writer will write no more
  bool abandoned = false;  // the reader is gone
  bool broken = false;
  WaitList readers;
  WaitList writers;
};

PipeEnd::PipeEnd(Loop& loop, std::shared_ptr<Direction> in, std::shared_ptr<Direction> out)
    : loop_(loop), in_(std::move(in)), out_(std::move(out)) {}

PipeEnd::~PipeEnd() {
  FinishWriting();
  in_->abandoned = true;
  in_->writers.WakeAll();
}

Io PipeEnd::Failed(const char* what) {
  error_ = Error{ErrorCode::kDisconnected, what};
  return {IoStatus::kFailed};
}

Io PipeEnd::TryRead(std::span<char> into) {
  assert(!into.empty());
  if (in_->broken) return Failed("read: the pipe was reset");
  if (in_->bytes.empty()) return {in_->finished ? IoStatus::kEnd : IoStatus::kWouldBlock};
  const size_t size = std::min({into.size(), in_->bytes.size(), in_->options.read_bytes_max});
  in_->bytes.copy(into.data(), size);
  in_->bytes.erase(0, size);
  in_->writers.WakeAll();
  return {IoStatus::kOk, size};
}

Io PipeEnd::TryWrite(std::span<const iovec> pieces) {
  assert(!out_->finished);
  if (out_->broken) return Failed("write: the pipe was reset");
  if (out_->abandoned) return Failed("write: the other end is closed");
  size_t written = 0;
  for (const iovec& piece : pieces) {
    const size_t size = std::min(piece.iov_len, out_->options.capacity - out_->bytes.size());
    out_->bytes.append(static_cast<const char*>(piece.iov_base), size);
    written += size;
    if (size < piece.iov_len) break;
  }
  if (written == 0) return {IoStatus::kWouldBlock};
  out_->readers.WakeAll();
  return {IoStatus::kOk, written};
}

Waiter PipeEnd::Readable(TimePoint deadline) {
  return in_->readers.Wait(deadline, in_->readable());
}

Waiter PipeEnd::Writable(TimePoint deadline) {
  return out_->writers.Wait(deadline, out_->writable());
}

void PipeEnd::WakeReaders() {
  in_->readers.WakeAll();
}

void PipeEnd::FinishWriting() {
  out_->finished = true;
  out_->readers.WakeAll();
}

bool PipeEnd::PeerClosed() const {
  return in_->finished || in_->broken;
}

void PipeEnd::Reset() {
  for (Direction* direction : {in_.get(), out_.get()}) {
    direction->bytes.clear();
    direction->broken = true;
    direction->WakeBoth();
  }
}

size_t PipeEnd::bytes_in_flight() const {
  return out_->bytes.size();
}

std::pair<std::unique_ptr<PipeEnd>, std::unique_ptr<PipeEnd>> MakePipe(Loop& loop, PipeOptions options) {
  assert(options.capacity > 0 && options.read_bytes_max > 0);
  auto there = std::make_shared<PipeEnd::Direction>(loop, options);
  auto back = std::make_shared<PipeEnd::Direction>(loop, options);
  return {std::unique_ptr<PipeEnd>(new PipeEnd(loop, back, there)),
          std::unique_ptr<PipeEnd>(new PipeEnd(loop, there, back))};
}

}  // namespace cairn::net
