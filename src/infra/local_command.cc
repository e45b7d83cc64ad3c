#include "infra/local_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "net/process.h"

namespace cairn::infra {
namespace {

struct Pipe {
  UniqueFd out;  // does not block
  UniqueFd in;
};

Result<Pipe> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return FailErrno(errno, "pipe");
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  if (::fcntl(pipe.out.get(), F_SETFL, O_NONBLOCK) != 0) return FailErrno(errno, "pipe");
  return pipe;
}

// Bytes to lines, and the last of them.
class Lines {
 public:
  explicit Lines(const std::function<void(std::string)>& on_line) : on_line_(on_line) {}

  void Add(std::string_view bytes) {
    end_ += bytes;
    if (end_.size() > 2 * kOutputBytesMax) end_.erase(0, end_.size() - kOutputBytesMax);
    line_ += bytes;
    for (size_t newline; (newline = line_.find('\n')) != std::string::npos;) {
      Say(line_.substr(0, newline));
      line_.erase(0, newline + 1);
    }
  }

  std::string Finish() {
    if (!line_.empty()) Say(std::exchange(line_, {}));
    if (end_.size() > kOutputBytesMax) end_.erase(0, end_.size() - kOutputBytesMax);
    return std::move(end_);
  }

 private:
  void Say(std::string line) {
    if (line.ends_with('\r')) line.pop_back();
    on_line_(std::move(line));
  }

  const std::function<void(std::string)>& on_line_;
  std::string line_;
  std::string end_;
};

constexpr std::chrono::milliseconds kStopInterval{100};  // between looking whether it is to be killed

// Until all that could write has closed its end.
net::Task<Result<>> ReadAll(net::Loop& loop, int fd, Lines& lines, Subprocess& process, const bool* stops) {
  net::Watcher watcher(loop, fd);
  if (auto registered = watcher.Register(); !registered) co_return std::unexpected(registered.error());
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count > 0) {
      lines.Add(std::string_view(buffer.data(), size_t(count)));
    } else if (count == 0) {
      co_return Result<>();
    } else if (errno == EAGAIN) {
      watcher.ReadWouldBlock();
      co_await watcher.Readable(stops != nullptr ? loop.Now() + kStopInterval : kNever);
      if (stops != nullptr && *stops) process.Kill(SIGKILL);
    } else if (errno != EINTR) {
      co_return FailErrno(errno, "read its output");
    }
  }
}

}  // namespace

net::Task<Result<CommandEnd>> RunLocalCommand(net::Loop& loop, const LocalCommand& command) {
  Result<Pipe> pipe = MakePipe();
  if (!pipe) co_return std::unexpected(pipe.error());
  const SubprocessOptions options{.argv = command.words,
                                  .environment = command.environment,
                                  .working_directory = command.folder,
                                  .stdin_fd = kNullStream,
                                  .stdout_fd = pipe->in.get(),
                                  .stderr_fd = pipe->in.get(),
                                  .new_process_group = true,
                                  .die_with_parent = true};
  Result<Subprocess> process = Subprocess::Start(options);
  if (!process) co_return std::unexpected(process.error());
  pipe->in.reset();
  Lines lines(command.on_line);
  const Result<> read = co_await ReadAll(loop, pipe->out.get(), lines, *process, command.stops);
  if (!read) co_return std::unexpected(read.error());
  const Result<ExitStatus> status = co_await net::WaitExit(loop, *process, kNever);
  if (!status) co_return std::unexpected(status.error());
  co_return CommandEnd{*status, lines.Finish()};
}

}  // namespace cairn::infra
