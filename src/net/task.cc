#include "net/task.h"

#include <array>
#include <new>

#include "base/free_list.h"

namespace cairn::net::internal {

namespace {

constexpr size_t kClassBytes = 64;
constexpr size_t kClasses = 32;  // frames of up to 2 KiB; larger ones go to malloc
constexpr size_t kFreeFramesMax = 256;

constinit thread_local std::array<FreeList, kClasses> free_lists;

// Frees the lists of its thread at the thread's end.
struct Cleaner {
  ~Cleaner() {
    for (FreeList& list : free_lists) list.Clear();
  }
  void Arm() {}
};
thread_local Cleaner cleaner;

constexpr size_t ClassOf(size_t bytes) {
  return (bytes + kClassBytes - 1) / kClassBytes - 1;
}

}  // namespace

void* AllocateFrame(size_t bytes) {
  const size_t size_class = ClassOf(bytes);
  if (size_class >= kClasses) return ::operator new(bytes);
  if (void* frame = free_lists[size_class].Take()) return frame;
  cleaner.Arm();
  return ::operator new((size_class + 1) * kClassBytes);
}

void FreeFrame(void* frame, size_t bytes) noexcept {
  const size_t size_class = ClassOf(bytes);
  if (size_class >= kClasses) {
    ::operator delete(frame);
  } else {
    free_lists[size_class].Give(frame, kFreeFramesMax);
  }
}

}  // namespace cairn::net::internal
