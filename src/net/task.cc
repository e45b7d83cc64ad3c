#include "net/task.h"

#include <array>
#include <new>

namespace cairn::net::internal {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kReuseFrames = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kReuseFrames = false;  // so that the sanitizers see every frame's life
#else
constexpr bool kReuseFrames = true;
#endif
#else
constexpr bool kReuseFrames = true;
#endif

constexpr size_t kClassBytes = 64;
constexpr size_t kClasses = 32;  // frames of up to 2 KiB; larger ones go to malloc
constexpr size_t kFreeFramesMax = 256;

struct FreeFrameNode {
  FreeFrameNode* next;
};

struct FreeList {
  FreeFrameNode* head = nullptr;
  size_t size = 0;

  ~FreeList() {
    while (head) {
      FreeFrameNode* next = head->next;
      ::operator delete(head);
      head = next;
    }
  }
};

thread_local std::array<FreeList, kClasses> free_lists;

constexpr size_t ClassOf(size_t bytes) {
  return (bytes + kClassBytes - 1) / kClassBytes - 1;
}

}  // namespace

void* AllocateFrame(size_t bytes) {
  const size_t size_class = ClassOf(bytes);
  if (!kReuseFrames || size_class >= kClasses) return ::operator new(bytes);
  FreeList& list = free_lists[size_class];
  if (!list.head) return ::operator new((size_class + 1) * kClassBytes);
  FreeFrameNode* frame = list.head;
  list.head = frame->next;
  --list.size;
  return frame;
}

void FreeFrame(void* frame, size_t bytes) noexcept {
  const size_t size_class = ClassOf(bytes);
  if (!kReuseFrames || size_class >= kClasses || free_lists[size_class].size == kFreeFramesMax) {
    ::operator delete(frame);
    return;
  }
  FreeList& list = free_lists[size_class];
  list.head = new (frame) FreeFrameNode{list.head};
  ++list.size;
}

}  // namespace cairn::net::internal
