#pragma once

// FreeList: blocks of memory of one size, kept by one thread for its next need.
//
// Meant as a `constinit thread_local` variable, which costs no guard at each use because nothing has to be
// constructed or destroyed; Clear() is then for whoever knows that the thread ends.

#include <cstddef>
#include <new>

namespace cairn {

// False under AddressSanitizer and ThreadSanitizer, which have to see the end of every block's life.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kReuseMemory = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kReuseMemory = false;
#else
inline constexpr bool kReuseMemory = true;
#endif
#else
inline constexpr bool kReuseMemory = true;
#endif

class FreeList {
 public:
  // A block that was given, or nullptr.
  void* Take() {
    Block* block = first_;
    if (block) {
      first_ = block->next;
      --size_;
    }
    return block;
  }

  // Keeps a block that came from ::operator new, or frees it if `size_max` are kept already.
  void Give(void* block, size_t size_max) {
    if (!kReuseMemory || size_ == size_max) {
      ::operator delete(block);
    } else {
      first_ = new (block) Block{first_};
      ++size_;
    }
  }

  void Clear() {
    while (void* block = Take()) ::operator delete(block);
  }

 private:
  struct Block {
    Block* next;
  };

  Block* first_ = nullptr;
  size_t size_ = 0;
};

}  // namespace cairn
