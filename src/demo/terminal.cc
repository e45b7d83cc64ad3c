#include "demo/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace cairn::demo {

namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";

// What cannot be written is not shown: the terminal may be gone.
void Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t bytes = ::write(STDOUT_FILENO, text.data(), text.size());
    if (bytes <= 0) return;
    text.remove_prefix(static_cast<size_t>(bytes));
  }
}

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// As the C library decides it: the first of the three that is set.
bool IsUtf8Locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = Variable(name);
    if (locale.empty()) continue;
    return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return false;
}

}  // namespace

bool Terminal::IsUsable() {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) return false;
  return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

Result<std::unique_ptr<Terminal>> Terminal::Open(net::Loop& loop) {
  termios before;
  if (::tcgetattr(STDIN_FILENO, &before) != 0) return FailErrno(errno, "the terminal");
  std::unique_ptr<Terminal> terminal(new Terminal(loop, before));
  if (auto registered = terminal->keys_.Register(); !registered) {
    return std::unexpected(registered.error());
  }
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON);  // Ctrl-S would stop the front door with the view
  raw.c_cc[VMIN] = 0;                           // a read never waits, and the descriptor's flags stay
  raw.c_cc[VTIME] = 0;
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;
  raw.c_cc[VQUIT] = _POSIX_VDISABLE;
  if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) return FailErrno(errno, "the terminal");
  Write(kEnter);
  return terminal;
}

Terminal::Terminal(net::Loop& loop, const termios& before) : before_(before), keys_(loop, STDIN_FILENO) {}

Terminal::~Terminal() {
  Write(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

Canvas Terminal::GetCanvas() const {
  Canvas canvas;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    canvas.columns = size.ws_col;
    canvas.rows = size.ws_row;
  }
  canvas.coloured = Variable("NO_COLOR").empty() && Variable("TERM") != "dumb";
  canvas.utf8 = IsUtf8Locale();
  return canvas;
}

void Terminal::Draw(std::string_view frame) {
  pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0) Write(frame);
}

net::Task<char> Terminal::NextKey() {
  for (;;) {
    char key;
    if (::read(STDIN_FILENO, &key, 1) == 1) co_return key;
    keys_.ReadWouldBlock();
    co_await keys_.Readable(kNever);
  }
}

}  // namespace cairn::demo
