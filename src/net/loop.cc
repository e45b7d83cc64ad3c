#include "net/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>

namespace cairn::net {

namespace {

constexpr int kEventsPerTurn = 256;

// Without its two descriptors a loop cannot exist; the process is out of files before it has begun.
UniqueFd OrAbort(int fd) {
  if (fd < 0) std::abort();
  return UniqueFd(fd);
}

}  // namespace

void TimerEntry::StartTimer(TimePoint expiry) {
  CancelTimer();
  expiry_ = expiry;
  heap_index_ = loop_.timers_.size();
  loop_.timers_.push_back(this);
  loop_.SiftUp(heap_index_);
}

void TimerEntry::CancelTimer() {
  if (heap_index_ != kNotInHeap) loop_.RemoveTimer(heap_index_);
}

void Waiter::await_suspend(std::coroutine_handle<> coroutine) {
  coroutine_ = coroutine;
  if (queue_) queue_->PushBack(*this);
  if (deadline_ != kNever) StartTimer(deadline_);
}

void Waiter::OnTimer() {
  Unlink();
  expired_ = true;
  loop().Wake(*this);
}

void Waiter::Resume() {
  CancelTimer();
  coroutine_.resume();
}

Loop::Loop(const Clock& clock)
    : clock_(clock),
      now_(clock.Now()),
      epoll_(OrAbort(epoll_create1(EPOLL_CLOEXEC))),
      wakeup_(OrAbort(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;  // marks the wake-up descriptor
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &event) != 0) std::abort();
}

Loop::~Loop() {
  assert(timers_.empty());
}

void Loop::RunUntilIdle() {
  do {
    Turn(false);
  } while (!ready_.empty() || TimerIsDue());
}

void Loop::Turn(bool may_block) {
  CollectEvents(may_block && ready_.empty() ? TimeoutMs() : 0);
  now_ = clock_.Now();
  RunPosted();
  ResumeWoken();
  FireTimers();
  ResumeWoken();
}

// Those that are woken meanwhile have their turn next time.
void Loop::ResumeWoken() {
  List<Waiter> woken;
  woken.Splice(ready_);
  while (Waiter* waiter = woken.PopFront()) waiter->Resume();
}

void Loop::CollectEvents(int timeout_ms) {
  std::array<epoll_event, kEventsPerTurn> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsPerTurn, timeout_ms);
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr) {
      static_cast<Watcher*>(events[i].data.ptr)->OnEvents(events[i].events);
    } else {
      posted_seen_ = true;
    }
  }
}

int Loop::TimeoutMs() const {
  if (timers_.empty()) return -1;
  const Duration left = timers_.front()->expiry_ - clock_.Now();
  if (left <= Duration::zero()) return 0;
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return ms > INT_MAX ? INT_MAX : static_cast<int>(ms);
}

void Loop::FireTimers() {
  while (TimerIsDue()) {
    TimerEntry* timer = timers_.front();
    RemoveTimer(0);
    timer->OnTimer();
  }
}

void Loop::Post(std::function<void()> closure) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(closure));
  }
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is about to wake up anyway.
  [[maybe_unused]] const ssize_t written = write(wakeup_.get(), &one, sizeof one);
}

void Loop::RunPosted() {
  if (!posted_seen_) return;
  posted_seen_ = false;
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t bytes = read(wakeup_.get(), &count, sizeof count);
  std::vector<std::function<void()>> closures;
  {
    const std::lock_guard lock(posted_mutex_);
    closures.swap(posted_);
  }
  for (const auto& closure : closures) closure();
}

void Loop::SiftUp(size_t index) {
  TimerEntry* const moving = timers_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (timers_[parent]->expiry_ <= moving->expiry_) break;
    timers_[index] = timers_[parent];
    timers_[index]->heap_index_ = index;
    index = parent;
  }
  timers_[index] = moving;
  moving->heap_index_ = index;
}

void Loop::SiftDown(size_t index) {
  TimerEntry* const moving = timers_[index];
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= timers_.size()) break;
    if (child + 1 < timers_.size() && timers_[child + 1]->expiry_ < timers_[child]->expiry_) ++child;
    if (moving->expiry_ <= timers_[child]->expiry_) break;
    timers_[index] = timers_[child];
    timers_[index]->heap_index_ = index;
    index = child;
  }
  timers_[index] = moving;
  moving->heap_index_ = index;
}

void Loop::RemoveTimer(size_t index) {
  timers_[index]->heap_index_ = TimerEntry::kNotInHeap;
  TimerEntry* const last = timers_.back();
  timers_.pop_back();
  if (index == timers_.size()) return;
  timers_[index] = last;
  last->heap_index_ = index;
  SiftDown(index);
  SiftUp(last->heap_index_);
}

Watcher::~Watcher() {
  if (registered_) epoll_ctl(loop_.epoll_fd(), EPOLL_CTL_DEL, fd_, nullptr);
}

Result<> Watcher::Register() {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  if (epoll_ctl(loop_.epoll_fd(), EPOLL_CTL_ADD, fd_, &event) != 0) {
    return FailErrno(errno, "cannot watch a file descriptor");
  }
  registered_ = true;
  return {};
}

void Watcher::OnEvents(uint32_t events) {
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) hung_up_ = true;
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    readable_ = true;
    loop_.WakeAll(readers_);
  }
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
    writable_ = true;
    loop_.WakeAll(writers_);
  }
}

}  // namespace cairn::net
