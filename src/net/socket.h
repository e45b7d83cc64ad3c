#pragma once

// TCP and Unix sockets.

#include <memory>

#include "base/fd.h"
#include "base/result.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::net {

// A connected socket. Belongs to its loop; closed when destroyed.
class Socket final : public Stream {
 public:
  // Adopts a connected, non-blocking socket.
  static Result<std::unique_ptr<Socket>> Adopt(Loop& loop, UniqueFd fd);
  ~Socket() override = default;

  Io TryRead(std::span<char> into) override;
  Io TryWrite(std::span<const iovec> pieces) override;
  Waiter Readable(TimePoint deadline) override { return watcher_.Readable(deadline); }
  Waiter Writable(TimePoint deadline) override { return watcher_.Writable(deadline); }
  void WakeReaders() override { watcher_.WakeReaders(); }
  void FinishWriting() override;
  bool PeerClosed() const override { return peer_closed_ || watcher_.hung_up(); }
  Loop& loop() const override { return watcher_.loop(); }

  Address PeerAddress() const;
  Address LocalAddress() const;

 private:
  friend Task<Result<std::unique_ptr<Socket>>> Connect(Loop& loop, Address address, TimePoint deadline);

  Socket(Loop& loop, UniqueFd fd) : fd_(std::move(fd)), watcher_(loop, fd_.get()) {}
  Io Failed(std::string_view what);

  UniqueFd fd_;
  Watcher watcher_;           // after fd_: leaves the epoll set before the descriptor closes
  bool peer_closed_ = false;  // as an operation found it, maybe before the loop heard of it
};

// Connects, or fails with kUnavailable (refused, unreachable), kTimeout or kInvalid. TCP_NODELAY is set.
Task<Result<std::unique_ptr<Socket>>> Connect(Loop& loop, Address address, TimePoint deadline);

struct ListenOptions {
  int backlog = 1024;
  bool reuse_port = false;  // lets several listeners, one per loop or per process, share the port
};

class Listener {
 public:
  // A Unix path that a dead process left behind is replaced; one that is in use is kConflict, as a port is.
  static Result<std::unique_ptr<Listener>> Open(Loop& loop, const Address& address,
                                                const ListenOptions& options = {});
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The next connection. kOverloaded (out of descriptors or memory) passes: try again after a pause. When
  // several tasks wait, each connection goes to one.
  Task<Result<std::unique_ptr<Socket>>> Accept();

  // With the port that the kernel chose if 0 was asked for.
  const Address& address() const { return address_; }

 private:
  Listener(Loop& loop, UniqueFd fd, Address address)
      : fd_(std::move(fd)), watcher_(loop, fd_.get()), address_(address) {}

  UniqueFd fd_;
  Watcher watcher_;
  Address address_;
};

}  // namespace cairn::net
