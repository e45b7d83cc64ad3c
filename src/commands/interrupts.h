#pragma once

// Ctrl-C, and SIGTERM: once lets an operation finish what is under way, twice asks the providers to give up.

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "commands/screen.h"
#include "infra/provider_pool.h"
#include "net/loop.h"
#include "net/signals.h"
#include "net/task.h"
#include "net/task_group.h"

namespace cairn::commands {

// How long providers have to give up what they are doing.
inline constexpr std::chrono::seconds kStopGrace{10};

// For one operation. Belongs to the loop's thread; all must outlive it.
class Interrupts {
 public:
  Interrupts(net::Loop& loop, Screen& screen, infra::ProviderPool& providers)
      : loop_(loop), screen_(screen), providers_(providers), changed_(loop) {}

  // Whether the operation is to begin nothing more.
  const bool& asked() const { return asked_; }

  // Runs `task` on the loop. Nothing if it was given up: it is cancelled, and what it had under way is lost.
  template <typename T>
  std::optional<T> Run(net::Task<T> task) {
    const auto signals = net::SignalSet::Open(loop_, {SIGINT, SIGTERM});  // without them it runs all the same
    return loop_.Run(RunUntilGivenUp(std::move(task), signals ? signals->get() : nullptr));
  }

 private:
  template <typename T>
  net::Task<std::optional<T>> RunUntilGivenUp(net::Task<T> task, net::SignalSet* signals) {
    std::optional<T> value;
    net::TaskGroup group(loop_);
    if (signals != nullptr) group.Spawn(Watch(*signals));
    group.Spawn(Deliver(std::move(task), value));
    while (!value && !given_up_) co_await changed_.Wait();
    co_return std::move(value);
  }
  template <typename T>
  net::Task<void> Deliver(net::Task<T> task, std::optional<T>& value) {
    value.emplace(co_await task);
    changed_.WakeAll();
  }
  void Say(std::string_view text);
  net::Task<void> Watch(net::SignalSet& signals);

  net::Loop& loop_;
  Screen& screen_;
  infra::ProviderPool& providers_;
  net::WaitList changed_;
  bool asked_ = false;
  bool given_up_ = false;
};

}  // namespace cairn::commands
