#include "net/task_group.h"

namespace cairn::net {

TaskGroup::Detached TaskGroup::Detached::promise_type::get_return_object() {
  group_.tasks_.PushBack(*this);
  ++group_.size_;
  return {};
}

void TaskGroup::Detached::promise_type::Finish(std::coroutine_handle<promise_type> self) noexcept {
  TaskGroup& group = group_;
  self.destroy();  // of a suspended coroutine; `this` is gone
  group.Finished();
}

TaskGroup::Detached TaskGroup::Adopt(TaskGroup&, Task<void> task) {
  co_await task;
}

void TaskGroup::Finished() {
  if (--size_ == 0) empty_.WakeAll();
}

void TaskGroup::CancelAll() {
  while (auto* promise = tasks_.PopFront()) {
    std::coroutine_handle<Detached::promise_type>::from_promise(*promise).destroy();
    Finished();
  }
}

}  // namespace cairn::net
