#pragma once

// UniqueFd: the one owner of an open file descriptor.

#include <unistd.h>

#include <utility>

namespace cairn {

// Closes the descriptor when destroyed. Move-only; a moved-from object owns nothing.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}  // a negative `fd` owns nothing
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }  // -1 when nothing is owned
  explicit operator bool() const { return fd_ >= 0; }

  // Gives the descriptor to the caller, who closes it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  // Closes what is owned, then owns `fd`. A failed close is not reported: a caller that must know whether its
  // data reached the disk calls fsync first. Never retried, since Linux frees the number even on EINTR.
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd < 0 ? -1 : fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace cairn
