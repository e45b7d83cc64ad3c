#pragma once

// Signals as events of a loop (signalfd).

#include <signal.h>

#include <initializer_list>
#include <memory>

#include "base/fd.h"
#include "base/result.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::net {

// While it lives, `signals` are blocked in the process (make it before any thread starts: threads inherit
// that) and delivered here. Destroying it, on the thread that made it, restores what was blocked before; a
// signal that has arrived and was not taken then has its usual effect.
class SignalSet {
 public:
  static Result<std::unique_ptr<SignalSet>> Open(Loop& loop, std::initializer_list<int> signals);
  ~SignalSet();
  SignalSet(const SignalSet&) = delete;
  SignalSet& operator=(const SignalSet&) = delete;

  // Suspends until one of the signals arrives, and returns its number. A signal that arrives again before it
  // is taken counts once.
  Task<int> Next();

 private:
  SignalSet(Loop& loop, const sigset_t& before, UniqueFd fd);

  sigset_t before_;
  UniqueFd fd_;
  Watcher watcher_;
};

}  // namespace cairn::net
