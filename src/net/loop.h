#pragma once

// The event loop: one per thread, and everything that waits on it belongs to that thread.
//
// A turn of the loop turns the kernel's events into woken waiters, without running any of them; then posted
// closures run, and the woken coroutines are resumed in the order of waking. Whatever a resumed coroutine
// destroys, a socket with an event in the same turn or another waiter, is safe to destroy.
//
// Only then do deadlines expire: when a busy or suspended process is late, what has arrived meanwhile counts,
// rather than the time that has passed.

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "net/list.h"
#include "net/task.h"

namespace cairn::net {

class Loop;

// Something in the loop's heap of deadlines. Takes itself out when destroyed.
class TimerEntry {
 public:
  explicit TimerEntry(Loop& loop) : loop_(loop) {}
  TimerEntry(const TimerEntry&) = delete;
  TimerEntry& operator=(const TimerEntry&) = delete;
  virtual ~TimerEntry() { CancelTimer(); }

  Loop& loop() const { return loop_; }

 protected:
  void StartTimer(TimePoint expiry);
  void CancelTimer();

 private:
  friend class Loop;
  virtual void OnTimer() = 0;

  static constexpr size_t kNotInHeap = SIZE_MAX;

  Loop& loop_;
  TimePoint expiry_;
  size_t heap_index_ = kNotInHeap;
};

// One suspended coroutine: the awaiter of every primitive here. `co_await` yields true when it was woken,
// false when the deadline passed first.
class Waiter final : public ListNode, private TimerEntry {
 public:
  // Not to be suspended at all if `ready`. Otherwise queued in `queue` (may be null: then only the deadline
  // wakes it).
  Waiter(Loop& loop, List<Waiter>* queue, TimePoint deadline, bool ready = false)
      : TimerEntry(loop), queue_(queue), deadline_(deadline), ready_(ready) {}

  bool await_ready() const { return ready_; }
  void await_suspend(std::coroutine_handle<> coroutine);
  bool await_resume() const { return !expired_; }

 private:
  friend class Loop;
  void OnTimer() override;
  void Resume();

  List<Waiter>* queue_;
  TimePoint deadline_;
  std::coroutine_handle<> coroutine_;
  bool ready_;
  bool expired_ = false;
};

class Loop {
 public:
  // `clock` decides what the deadlines mean and must outlive the loop.
  explicit Loop(const Clock& clock);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  const Clock& clock() const { return clock_; }

  // The time at which the current turn began; cheap. Use clock() to measure.
  TimePoint Now() const { return now_; }

  // Runs the loop until `task` ends, and returns its value. Not reentrant.
  template <typename T>
  T Run(Task<T> task);

  // Runs turns until nothing is woken and no timer is due, without waiting for time to pass or for the
  // kernel. For tests with a ManualClock: advance it, call this, look.
  void RunUntilIdle();

  // Suspends the caller until `deadline`, for `duration`, or until all that is woken now has run.
  Waiter SleepUntil(TimePoint deadline) { return Waiter(*this, nullptr, deadline); }
  Waiter Sleep(Duration duration) { return Waiter(*this, nullptr, Now() + duration); }
  Waiter Yield() { return Waiter(*this, &ready_, kNever); }

  // Runs `closure` on the loop's thread in one of its next turns. The only member that any thread may call.
  void Post(std::function<void()> closure);

  // For the primitives of this folder.
  void Wake(Waiter& waiter) { ready_.PushBack(waiter); }
  void WakeAll(List<Waiter>& queue) { ready_.Splice(queue); }
  int epoll_fd() const { return epoll_.get(); }

 private:
  friend class TimerEntry;

  void Turn(bool may_block);
  void CollectEvents(int timeout_ms);
  int TimeoutMs() const;
  void FireTimers();
  void ResumeWoken();
  bool TimerIsDue() const { return !timers_.empty() && timers_.front()->expiry_ <= now_; }
  void RunPosted();
  void SiftUp(size_t index);
  void SiftDown(size_t index);
  void RemoveTimer(size_t index);

  const Clock& clock_;
  TimePoint now_;
  UniqueFd epoll_;
  UniqueFd wakeup_;  // eventfd
  List<Waiter> ready_;
  std::vector<TimerEntry*> timers_;  // binary heap, earliest first
  bool posted_seen_ = false;
  bool running_ = false;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by posted_mutex_
};

// A queue of coroutines that wait for something to happen on the same loop.
class WaitList {
 public:
  explicit WaitList(Loop& loop) : loop_(loop) {}

  // Suspends until woken (true) or `deadline` (false).
  // With `ready`, does not suspend at all.
  Waiter Wait(TimePoint deadline = kNever, bool ready = false) {
    return Waiter(loop_, &waiters_, deadline, ready);
  }

  void WakeAll() { loop_.WakeAll(waiters_); }
  void WakeOne() {
    if (Waiter* waiter = waiters_.PopFront()) loop_.Wake(*waiter);
  }
  bool empty() const { return waiters_.empty(); }

 private:
  Loop& loop_;
  List<Waiter> waiters_;
};

// A file descriptor in the loop's epoll set, edge-triggered: it is readable or writable until an operation on
// it would have blocked, which the owner reports. So a busy connection costs no epoll_ctl and few epoll_wait
// calls.
class Watcher {
 public:
  Watcher(Loop& loop, int fd) : loop_(loop), fd_(fd) {}
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher();  // the descriptor must still be open

  // Adds the descriptor to the set. Once, before waiting.
  Result<> Register();

  Waiter Readable(TimePoint deadline) { return Waiter(loop_, &readers_, deadline, readable_); }
  Waiter Writable(TimePoint deadline) { return Waiter(loop_, &writers_, deadline, writable_); }

  void WakeReaders() { loop_.WakeAll(readers_); }

  bool readable() const { return readable_; }
  void ReadWouldBlock() { readable_ = false; }
  void WriteWouldBlock() { writable_ = false; }
  // After a read of fewer bytes than asked for: nothing is left, unless the end of the stream has been
  // announced.
  void ReadDrained() { readable_ = hung_up_; }
  bool hung_up() const { return hung_up_; }

  Loop& loop() const { return loop_; }
  int fd() const { return fd_; }

 private:
  friend class Loop;
  void OnEvents(uint32_t events);

  Loop& loop_;
  const int fd_;
  bool registered_ = false;
  bool readable_ = true;
  bool writable_ = true;
  bool hung_up_ = false;
  List<Waiter> readers_;
  List<Waiter> writers_;
};

template <typename T>
T Loop::Run(Task<T> task) {
  assert(!running_);
  running_ = true;
  now_ = clock_.Now();
  task.Start();
  while (!task.done()) Turn(true);
  running_ = false;
  return task.TakeValue();
}

}  // namespace cairn::net
