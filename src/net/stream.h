#pragma once

// A two-way stream of bytes: a TCP or Unix connection, TLS over one, or a pipe in a test.
//
// The Try functions never wait; the awaiters wait without doing anything. The hot path of a protocol is a
// loop over both, without a coroutine per read. ReadSome and WriteAll below are that loop for everything
// else.

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::net {

enum class IoStatus {
  kOk,          // `bytes` were moved, at least one
  kWouldBlock,  // nothing now: wait for Readable or Writable
  kEnd,         // reading: the peer has finished sending
  kFailed,      // the connection is broken; error() says how
};

struct Io {
  IoStatus status;
  size_t bytes = 0;
};

class Stream {
 public:
  virtual ~Stream() = default;

  // Reads up to into.size() bytes (not 0).
  virtual Io TryRead(std::span<char> into) = 0;

  // Writes a prefix of the concatenation of `pieces`, at least one of which is not empty. After kWouldBlock
  // the next attempt must begin with the same bytes (more may follow): TLS may have encrypted them already.
  virtual Io TryWrite(std::span<const iovec> pieces) = 0;

  // Suspend until TryRead, or TryWrite, is worth trying (true) or `deadline` (false).
  virtual Waiter Readable(TimePoint deadline) = 0;
  virtual Waiter Writable(TimePoint deadline) = 0;

  // Wakes who waits for Readable, although there may be nothing to read: something else wants their
  // attention.
  virtual void WakeReaders() {}

  // Announces that nothing more will be written. Reading goes on.
  virtual void FinishWriting() = 0;

  // True once the peer has closed or reset the connection, as far as is known without reading.
  virtual bool PeerClosed() const = 0;

  // The protocol that TLS negotiated ("h2"), empty without TLS or without an agreement.
  virtual std::string_view protocol() const { return {}; }
  virtual bool encrypted() const { return false; }

  virtual Loop& loop() const = 0;

  // After kFailed.
  const Error& error() const { return error_; }

 protected:
  Error error_;
};

// Reads at least one byte; 0 is the end of the stream. kTimeout leaves the stream usable.
Task<Result<size_t>> ReadSome(Stream& stream, std::span<char> into, TimePoint deadline);

// Writes all of `bytes`, which must stay valid. After an error it is unknown how much was written.
Task<Result<>> WriteAll(Stream& stream, std::string_view bytes, TimePoint deadline);

}  // namespace cairn::net
