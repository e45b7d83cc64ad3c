#pragma once

// A thread for calls that block: fsync, file locks. Results come back to the loop.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "net/loop.h"
#include "net/task.h"

namespace cairn::net {

class Worker {
 public:
  // `loop` must outlive the worker.
  explicit Worker(Loop& loop) : loop_(loop), thread_([this] { Work(); }) {}
  // Finishes the call that is running, drops those that wait: a task that still awaits one is never woken.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs `call` on the worker's thread and returns its value. Calls run one after the other, and `call` is
  // destroyed on that thread. If the awaiting task is cancelled, the call still runs to its end and its value
  // is dropped: it must own what it works on.
  template <typename T>
  Task<T> Run(std::function<T()> call);

 private:
  void Enqueue(std::function<void()> job);
  void Work();

  Loop& loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  std::thread thread_;                      // last: uses the others
};

template <typename T>
Task<T> Worker::Run(std::function<T()> call) {
  // Outlives this coroutine if it is cancelled; its wait list and `waiting` belong to the loop's thread.
  struct Delivery {
    explicit Delivery(Loop& loop) : arrived(loop) {}
    WaitList arrived;
    std::optional<T> value;
    bool done = false;
  };
  auto delivery = std::make_shared<Delivery>(loop_);
  Enqueue([delivery, call = std::move(call), &loop = loop_] {
    delivery->value.emplace(call());
    loop.Post([delivery] {
      delivery->done = true;
      delivery->arrived.WakeAll();
    });
  });
  while (!delivery->done) co_await delivery->arrived.Wait();
  co_return std::move(*delivery->value);
}

}  // namespace cairn::net
