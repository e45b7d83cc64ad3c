#include "net/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace cairn::net {

SignalSet::SignalSet(Loop& loop, const sigset_t& before, UniqueFd fd)
    : before_(before), fd_(std::move(fd)), watcher_(loop, fd_.get()) {}

SignalSet::~SignalSet() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Result<std::unique_ptr<SignalSet>> SignalSet::Open(Loop& loop, std::initializer_list<int> signals) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : signals) sigaddset(&wanted, signal);
  UniqueFd fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return FailErrno(errno, "signalfd");
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &wanted, &before);  // fails only for an unknown first argument
  std::unique_ptr<SignalSet> set(new SignalSet(loop, before, std::move(fd)));
  if (auto registered = set->watcher_.Register(); !registered) return std::unexpected(registered.error());
  return set;
}

Task<int> SignalSet::Next() {
  for (;;) {
    signalfd_siginfo info;
    const ssize_t bytes = read(fd_.get(), &info, sizeof info);
    if (bytes == sizeof info) co_return static_cast<int>(info.ssi_signo);
    if (errno == EINTR) continue;
    watcher_.ReadWouldBlock();  // EAGAIN: read fails in no other way here
    co_await watcher_.Readable(kNever);
  }
}

}  // namespace cairn::net
