#pragma once

// A growing run of bytes with room behind it: what a connection has received and not yet used, or has yet to
// send. An empty buffer holds no memory; blocks come from a per-thread free list, so an idle connection costs
// nothing and a busy one no malloc.

#include <cstddef>
#include <span>
#include <string_view>

namespace cairn::http {

class Buffer {
 public:
  static constexpr size_t kBlockBytes = 16 * 1024;

  Buffer() = default;
  Buffer(Buffer&& other) noexcept { Swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~Buffer() {
    if (data_) Release();
  }

  std::string_view view() const { return {data_ + begin_, end_ - begin_}; }
  std::span<char> bytes() { return {data_ + begin_, end_ - begin_}; }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // Room for at least `bytes` more behind the contents. Moves the contents, and so invalidates views, unless
  // has_room(bytes). Commit() adds what was written there.
  std::span<char> Room(size_t bytes);
  bool has_room(size_t bytes) const { return capacity_ - end_ >= bytes; }
  void Commit(size_t bytes) { end_ += bytes; }

  void Append(std::string_view bytes);

  // Drops `bytes` from the front. Views of the rest stay valid; the last byte dropped gives the memory back.
  void Consume(size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_ && data_) Release();
  }

  void Swap(Buffer& other) noexcept;

 private:
  void Release();
  void Grow(size_t bytes);

  char* data_ = nullptr;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace cairn::http
