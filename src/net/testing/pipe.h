#pragma once

// Two connected streams in memory, for tests of protocols: a connection without sockets, whose buffers are as
// small and whose reads are as odd as the test likes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "net/loop.h"
#include "net/stream.h"

namespace cairn::net {

struct PipeOptions {
  size_t capacity = size_t{64} * 1024;  // bytes that one direction holds until they are read; at least 1
  size_t read_bytes_max = SIZE_MAX;     // a read returns at most so many; at least 1
};

// One end. Destroying it closes the connection: the other end reads what was written and then the end of the
// stream, and its writes fail with kDisconnected.
class PipeEnd final : public Stream {
 public:
  ~PipeEnd() override;

  Io TryRead(std::span<char> into) override;
  Io TryWrite(std::span<const iovec> pieces) override;
  Waiter Readable(TimePoint deadline) override;
  Waiter Writable(TimePoint deadline) override;
  void WakeReaders() override;
  void FinishWriting() override;
  bool PeerClosed() const override;
  Loop& loop() const override { return loop_; }

  // Breaks the connection: what is in the buffers is lost, and every operation of both ends fails with
  // kDisconnected.
  void Reset();

  // Bytes written by this end and not yet read by the other.
  size_t bytes_in_flight() const;

 private:
  struct Direction;
  friend std::pair<std::unique_ptr<PipeEnd>, std::unique_ptr<PipeEnd>> MakePipe(Loop& loop,
                                                                                PipeOptions options);

  PipeEnd(Loop& loop, std::shared_ptr<Direction> in, std::shared_ptr<Direction> out);
  Io Failed(const char* what);

  Loop& loop_;
  std::shared_ptr<Direction> in_;
  std::shared_ptr<Direction> out_;
};

// The two ends; both belong to `loop`.
std::pair<std::unique_ptr<PipeEnd>, std::unique_ptr<PipeEnd>> MakePipe(Loop& loop, PipeOptions options = {});

}  // namespace cairn::net
