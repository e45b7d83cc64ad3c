#include "http/buffer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/free_list.h"

namespace cairn::http {

namespace {

constexpr size_t kFreeBlocksMax = 64;

constinit thread_local FreeList free_blocks;

// Frees the blocks of its thread at the thread's end.
struct Cleaner {
  ~Cleaner() { free_blocks.Clear(); }
  void Arm() {}
};
thread_local Cleaner cleaner;

char* TakeBlock() {
  if (void* block = free_blocks.Take()) return static_cast<char*>(block);
  cleaner.Arm();
  return static_cast<char*>(::operator new(Buffer::kBlockBytes));
}

}  // namespace

void Buffer::Swap(Buffer& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(capacity_, other.capacity_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
}

void Buffer::Release() {
  if (capacity_ == kBlockBytes) {
    free_blocks.Give(data_, kFreeBlocksMax);
  } else {
    delete[] data_;
  }
  data_ = nullptr;
  capacity_ = begin_ = end_ = 0;
}

std::span<char> Buffer::Room(size_t bytes) {
  if (!has_room(bytes)) Grow(bytes);
  return {data_ + end_, capacity_ - end_};
}

void Buffer::Grow(size_t bytes) {
  const size_t needed = size() + bytes;
  if (needed <= capacity_ && begin_ >= size()) {
    std::memcpy(data_, data_ + begin_, size());
    end_ = size();
    begin_ = 0;
    return;
  }
  Buffer larger;
  larger.capacity_ = std::max({kBlockBytes, 2 * capacity_, needed});
  larger.data_ = larger.capacity_ == kBlockBytes ? TakeBlock() : new char[larger.capacity_];
  if (!empty()) std::memcpy(larger.data_, data_ + begin_, size());
  larger.end_ = size();
  Swap(larger);
}

void Buffer::Append(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(Room(bytes.size()).data(), bytes.data(), bytes.size());
  end_ += bytes.size();
}

}  // namespace cairn::http
