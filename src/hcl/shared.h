#pragma once

// Reference counting inside the object: a pointer of 8 bytes, and one allocation.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace cairn::hcl {

// What a Ref may point to; immutable once shared.
class Shared {
 public:
  Shared() = default;
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  virtual ~Shared() = default;

  // Objects may be longer than their class says: `new (Tail{bytes}) T` has so many bytes behind it.
  struct Tail {
    size_t bytes;
  };
  static void* operator new(size_t size) { return ::operator new(size); }
  static void* operator new(size_t size, Tail tail) { return ::operator new(size + tail.bytes); }
  static void operator delete(void* memory) { ::operator delete(memory); }
  static void operator delete(void* memory, Tail) { ::operator delete(memory); }

 private:
  template <typename T>
  friend class Ref;
  mutable std::atomic<uint32_t> references_{0};
};

// Owns a share of a T, which derives from Shared and may be incomplete where Refs are only copied. Null by
// default. Thread-safe as std::shared_ptr is.
template <typename T>
class Ref {
 public:
  constexpr Ref() = default;
  explicit Ref(const T* object) : object_(object) { Retain(); }
  Ref(const Ref& other) : object_(other.object_) { Retain(); }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(const Ref& other) {
    Ref(other).Swap(*this);
    return *this;
  }
  Ref& operator=(Ref&& other) noexcept {
    Ref(std::move(other)).Swap(*this);
    return *this;
  }
  ~Ref() { Release(); }

  // The same object by another of its types.
  template <typename U>
  static Ref Cast(Ref<U> other) {
    Ref out;
    out.object_ = std::exchange(other.object_, nullptr);
    return out;
  }

  const T* get() const { return static_cast<const T*>(object_); }
  const T* operator->() const { return get(); }
  const T& operator*() const { return *get(); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  template <typename U>
  friend class Ref;

  void Swap(Ref& other) { std::swap(object_, other.object_); }
  void Retain() {
    if (object_) object_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  void Release() {
    if (object_ && object_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete object_;
  }

  const Shared* object_ = nullptr;
};

}  // namespace cairn::hcl
