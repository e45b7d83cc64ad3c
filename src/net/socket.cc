#include "net/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "base/strings.h"

namespace cairn::net {

namespace {

void SetOption(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

UniqueFd NewSocket(int family) {
  return UniqueFd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

const char* UnixPath(const Address& address) {
  return reinterpret_cast<const sockaddr_un*>(address.get())->sun_path;
}

// Whether there is a Unix socket (connecting to a plain file is refused too) that nobody listens on any more.
bool IsDeadUnixSocket(const Address& address) {
  struct stat info;
  if (lstat(UnixPath(address), &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const UniqueFd probe = NewSocket(AF_UNIX);
  return probe && connect(probe.get(), address.get(), address.length()) != 0 && errno == ECONNREFUSED;
}

// Whether accept failed for the connection that was next, and may be tried again for another (accept(2)).
bool IsOfOneConnection(int number) {
  constexpr std::array kNumbers = {EINTR,     ECONNABORTED, EPROTO,     EPERM,        ENETDOWN,   ENOPROTOOPT,
                                   EHOSTDOWN, ENONET,       EOPNOTSUPP, EHOSTUNREACH, ENETUNREACH};
  return std::ranges::find(kNumbers, number) != kNumbers.end();
}

Address LocalAddressOf(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  return Address(reinterpret_cast<const sockaddr*>(&storage), length);
}

}  // namespace

Result<std::unique_ptr<Socket>> Socket::Adopt(Loop& loop, UniqueFd fd) {
  std::unique_ptr<Socket> socket(new Socket(loop, std::move(fd)));
  if (auto registered = socket->watcher_.Register(); !registered) return std::unexpected(registered.error());
  return socket;
}

Io Socket::Failed(std::string_view what) {
  error_ = ErrnoError(errno, what);
  peer_closed_ = true;
  return {IoStatus::kFailed};
}

Io Socket::TryRead(std::span<char> into) {
  if (!watcher_.readable()) return {IoStatus::kWouldBlock};
  for (;;) {
    const ssize_t bytes = recv(fd_.get(), into.data(), into.size(), 0);
    if (bytes > 0) {
      if (static_cast<size_t>(bytes) < into.size()) watcher_.ReadDrained();
      return {IoStatus::kOk, static_cast<size_t>(bytes)};
    }
    if (bytes == 0) {
      peer_closed_ = true;
      return {IoStatus::kEnd};
    }
    if (errno == EAGAIN) {
      watcher_.ReadWouldBlock();
      return {IoStatus::kWouldBlock};
    }
    if (errno != EINTR) return Failed("read");
  }
}

Io Socket::TryWrite(std::span<const iovec> pieces) {
  for (;;) {
    ssize_t bytes = 0;
    if (pieces.size() == 1) {
      bytes = send(fd_.get(), pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
    } else {
      msghdr message{};
      message.msg_iov = const_cast<iovec*>(pieces.data());
      message.msg_iovlen = std::min<size_t>(pieces.size(), IOV_MAX);
      bytes = sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    }
    if (bytes >= 0) return {IoStatus::kOk, static_cast<size_t>(bytes)};
    if (errno == EAGAIN) {
      watcher_.WriteWouldBlock();
      return {IoStatus::kWouldBlock};
    }
    if (errno != EINTR) return Failed("write");
  }
}

void Socket::FinishWriting() {
  shutdown(fd_.get(), SHUT_WR);
}

Address Socket::LocalAddress() const {
  return LocalAddressOf(fd_.get());
}

Address Socket::PeerAddress() const {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  getpeername(fd_.get(), reinterpret_cast<sockaddr*>(&storage), &length);
  return Address(reinterpret_cast<const sockaddr*>(&storage), length);
}

Task<Result<std::unique_ptr<Socket>>> Connect(Loop& loop, Address address, TimePoint deadline) {
  const std::string what = Format("connect to {}", address.ToString());
  UniqueFd fd = NewSocket(address.family());
  if (!fd) co_return FailErrno(errno, what);
  if (address.family() != AF_UNIX) SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  const int raw_fd = fd.get();
  const bool at_once = connect(raw_fd, address.get(), address.length()) == 0;
  if (!at_once && errno == EAGAIN) {  // a Unix socket with a full backlog, or no local port left
    co_return Fail(ErrorCode::kUnavailable, what + ": no room for another connection");
  }
  if (!at_once && errno != EINPROGRESS) co_return FailErrno(errno, what);
  auto adopted = Socket::Adopt(loop, std::move(fd));
  if (at_once || !adopted) co_return adopted;

  std::unique_ptr<Socket> socket = std::move(*adopted);
  socket->watcher_.WriteWouldBlock();
  if (const bool in_time = co_await socket->Writable(deadline); !in_time)
    co_return Fail(ErrorCode::kTimeout, what + ": no answer in time");
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(raw_fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) co_return FailErrno(error, what);
  co_return socket;
}

Result<std::unique_ptr<Listener>> Listener::Open(Loop& loop, const Address& address,
                                                 const ListenOptions& options) {
  const std::string what = Format("listen on {}", address.ToString());
  UniqueFd fd = NewSocket(address.family());
  if (!fd) return FailErrno(errno, what);
  if (address.family() == AF_UNIX) {
    if (IsDeadUnixSocket(address)) unlink(UnixPath(address));
  } else {
    SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.reuse_port) SetOption(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    if (address.family() == AF_INET6) SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    SetOption(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);  // accepted sockets inherit it
  }
  if (bind(fd.get(), address.get(), address.length()) != 0) return FailErrno(errno, what);
  if (listen(fd.get(), options.backlog) != 0) return FailErrno(errno, what);
  const Address local = LocalAddressOf(fd.get());
  std::unique_ptr<Listener> listener(new Listener(loop, std::move(fd), local));
  if (auto registered = listener->watcher_.Register(); !registered)
    return std::unexpected(registered.error());
  return listener;
}

Listener::~Listener() {
  if (address_.family() == AF_UNIX) unlink(UnixPath(address_));
}

Task<Result<std::unique_ptr<Socket>>> Listener::Accept() {
  for (;;) {
    UniqueFd fd(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) co_return Socket::Adopt(watcher_.loop(), std::move(fd));
    if (errno == EAGAIN) {
      watcher_.ReadWouldBlock();
      co_await watcher_.Readable(kNever);
    } else if (!IsOfOneConnection(errno)) {
      co_return FailErrno(errno, "accept");
    }
  }
}

}  // namespace cairn::net
