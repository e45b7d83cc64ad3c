#pragma once

// Task<T>: a lazy coroutine. It starts when awaited, resumes its awaiter when it ends, and is cancelled by
// destroying it: the locals of its frame, and with them whatever they wait for, are destroyed in place.
//
// A Task belongs to the thread of the Loop it runs on. It must not be destroyed while it is running (from
// code that it called); TaskGroup and Loop see to that for the tasks they own. Exceptions must not leave a
// task: std::terminate.
//
// Awaiting is a tail call (symmetric transfer), so a loop of awaits that complete at once uses constant
// stack. GCC 12 does that only when it optimises: unoptimised and sanitizer builds use Clang.
//
// GCC 12 miscompiles two forms without a word, so co_await stays out of conditions (tests/tree_test.py):
//
// `if (!co_await x)`, or a loop's condition, in a coroutine that has no local variable anywhere: its frame is
// freed, or laid out wrongly, when it suspends.
//
// `co_await x && f() < y`: the temporaries of the whole expression, the value of f() here, are made before x
// is awaited.
//
// Both are cured by a name: `const bool woken = co_await x;`.

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

namespace cairn::net {

template <typename T = void>
class Task;

namespace internal {

// Coroutine frames come from per-thread free lists: a request costs no malloc once the server is warm.
void* AllocateFrame(size_t bytes);
void FreeFrame(void* frame, size_t bytes) noexcept;

class PromiseBase {
 public:
  static void* operator new(size_t bytes) { return AllocateFrame(bytes); }
  static void operator delete(void* frame, size_t bytes) noexcept { FreeFrame(frame, bytes); }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      return self.promise().continuation_;
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  void unhandled_exception() noexcept { std::terminate(); }
  void set_continuation(std::coroutine_handle<> continuation) { continuation_ = continuation; }

 private:
  std::coroutine_handle<> continuation_ = std::noop_coroutine();
};

template <typename T>
class Promise final : public PromiseBase {
 public:
  Task<T> get_return_object();
  template <typename U = T>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T TakeValue() { return std::move(*value_); }

 private:
  std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() {}
  void TakeValue() {}
};

}  // namespace internal

template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;

  Task() = default;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      Cancel();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { Cancel(); }

  explicit operator bool() const { return handle_ != nullptr; }

  // Runs it until it first suspends, without an awaiter. The owner keeps it until done(), or awaits Ended().
  void Start() { handle_.resume(); }
  bool done() const { return handle_.done(); }
  T TakeValue() { return handle_.promise().TakeValue(); }  // once, after done()

  // Awaits the end of a task that was started; the value is then TakeValue().
  auto Ended() const noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() const noexcept { return handle.done(); }
      void await_suspend(std::coroutine_handle<> awaiter) const noexcept {
        handle.promise().set_continuation(awaiter);
      }
      void await_resume() const noexcept {}
    };
    return Awaiter{handle_};
  }

  // Awaits the end; may be done once.
  auto operator co_await() const noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> handle;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) const noexcept {
        handle.promise().set_continuation(awaiter);
        return handle;
      }
      T await_resume() const { return handle.promise().TakeValue(); }
    };
    assert(handle_ && !handle_.done());
    return Awaiter{handle_};
  }

 private:
  void Cancel() {
    if (handle_) std::exchange(handle_, nullptr).destroy();
  }

  std::coroutine_handle<promise_type> handle_;
};

template <typename T>
Task<T> internal::Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> internal::Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace cairn::net
