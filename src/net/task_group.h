#pragma once

// TaskGroup: owns tasks that nobody awaits, the connections of a server for example. Destroying it cancels
// them all, so nothing can outlive the objects it works on.

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

#include "net/loop.h"
#include "net/task.h"

namespace cairn::net {

class TaskGroup {
 public:
  explicit TaskGroup(Loop& loop) : empty_(loop) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  // Cancels what is left. Must not be called by one of the group's own tasks.
  ~TaskGroup() { CancelAll(); }

  // Runs `task` until it first suspends; it goes on by itself until it ends or the group is destroyed.
  void Spawn(Task<void> task) { Adopt(*this, std::move(task)); }

  // Cancels every task. Must not be called by one of the group's own tasks.
  void CancelAll();

  size_t size() const { return size_; }

  // Suspends until the group is empty (true) or `deadline` (false).
  Waiter Empty(TimePoint deadline = kNever) { return empty_.Wait(deadline, size_ == 0); }

 private:
  // The coroutine around each task. It is a node of its group's list and destroys its own frame at the end.
  struct Detached {
    class promise_type : public ListNode {
     public:
      promise_type(TaskGroup& group, Task<void>&) : group_(group) {}
      static void* operator new(size_t bytes) { return internal::AllocateFrame(bytes); }
      static void operator delete(void* frame, size_t bytes) noexcept { internal::FreeFrame(frame, bytes); }

      Detached get_return_object();
      std::suspend_never initial_suspend() noexcept { return {}; }
      struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        void await_suspend(std::coroutine_handle<promise_type> self) noexcept { self.promise().Finish(self); }
        void await_resume() noexcept {}
      };
      FinalAwaiter final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() noexcept { std::terminate(); }

     private:
      void Finish(std::coroutine_handle<promise_type> self) noexcept;

      TaskGroup& group_;
    };
  };

  static Detached Adopt(TaskGroup& group, Task<void> task);
  void Finished();

  List<Detached::promise_type> tasks_;
  size_t size_ = 0;
  WaitList empty_;
};

// The value of `task`, or kTimeout when `deadline` passes first; the task is cancelled then.
template <typename T>
Task<Result<T>> WithDeadline(Loop& loop, TimePoint deadline, Task<Result<T>> task);

namespace internal {

template <typename T>
Task<void> Deliver(Task<T> task, std::optional<T>& value, WaitList& delivered) {
  value.emplace(co_await task);
  delivered.WakeAll();
}

}  // namespace internal

template <typename T>
Task<Result<T>> WithDeadline(Loop& loop, TimePoint deadline, Task<Result<T>> task) {
  std::optional<Result<T>> value;
  WaitList delivered(loop);
  TaskGroup group(loop);
  group.Spawn(internal::Deliver(std::move(task), value, delivered));
  if (!value) co_await delivered.Wait(deadline);
  if (!value) co_return Fail(ErrorCode::kTimeout, "took too long");
  co_return std::move(*value);
}

}  // namespace cairn::net
