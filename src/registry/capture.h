#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace cairn::registry {

// What a child process writes to or reads from, kept in memory.
class Capture {
 public:
  // For a child to write to.
  Capture() : fd_(::memfd_create("capture", MFD_CLOEXEC)) {}
  // For a child to read `text` from.
  explicit Capture(std::string_view text) : Capture() {
    if (::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) fd_.reset();
  }

  int fd() const { return fd_.get(); }  // negative if there was no memory

  // The first `bytes_max` bytes of what was written.
  std::string Text(size_t bytes_max = size_t{256} << 10) const {
    std::string text(bytes_max, '\0');
    const ssize_t count = ::pread(fd_.get(), text.data(), text.size(), 0);
    text.resize(count < 0 ? 0 : static_cast<size_t>(count));
    return text;
  }

 private:
  UniqueFd fd_;
};

}  // namespace cairn::registry
