#pragma once

// The terminal of this process: frames out, keys in.

#include <termios.h>

#include <memory>
#include <string_view>

#include "base/result.h"
#include "demo/view.h"
#include "net/loop.h"
#include "net/task.h"

namespace cairn::demo {

// While it lives, the terminal shows a screen of its own without a cursor, and gives keys one by one, not
// echoed; Ctrl-C still interrupts. What was there before is back when it is destroyed.
class Terminal {
 public:
  // Whether standard input and output are the terminal that this process is in the foreground of.
  static bool IsUsable();

  // IsUsable() must be true.
  static Result<std::unique_ptr<Terminal>> Open(net::Loop& loop);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Its size now; colours unless NO_COLOR is set (https://no-color.org) or TERM is "dumb".
  Canvas GetCanvas() const;

  // Left out if the terminal takes nothing at the moment.
  void Draw(std::string_view frame);

  net::Task<char> NextKey();

 private:
  Terminal(net::Loop& loop, const termios& before);

  const termios before_;
  net::Watcher keys_;
};

}  // namespace cairn::demo
