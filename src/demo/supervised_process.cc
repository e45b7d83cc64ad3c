#include "demo/supervised_process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/fd.h"
#include "base/strings.h"
#include "net/process.h"

namespace cairn::demo {

namespace {

constexpr size_t kLogTextBytesMax = size_t{64} * 1024;

}  // namespace

SupervisedProcess::SupervisedProcess(net::Loop& loop, EventLog& events, Plan plan)
    : loop_(loop), events_(events), plan_(std::move(plan)), stop_asked_(loop), supervision_(loop) {}

void SupervisedProcess::Start() {
  supervision_.Spawn(Supervise());
}

void SupervisedProcess::Signal(int signal) {
  if (process_) process_->Kill(signal);
}

net::Task<void> SupervisedProcess::Stop(TimePoint deadline) {
  stopping_ = true;
  stop_asked_.WakeAll();
  Signal(SIGTERM);
  const bool ended = co_await supervision_.Empty(deadline);
  if (ended) co_return;
  events_.Add(Format("{} did not stop in time and is killed", plan_.name));
  Signal(SIGKILL);
  co_await supervision_.Empty();
}

std::string SupervisedProcess::LogText() const {
  const UniqueFd fd(::open(plan_.log_path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(kLogTextBytesMax, '\0');
  const ssize_t bytes = fd ? ::pread(fd.get(), text.data(), text.size(), log_start_) : 0;
  text.resize(bytes > 0 ? static_cast<size_t>(bytes) : 0);
  return text;
}

Result<Subprocess> SupervisedProcess::Launch() {
  const UniqueFd log(::open(plan_.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log) return FailErrno(errno, plan_.log_path);
  log_start_ = ::lseek(log.get(), 0, SEEK_END);
  return Subprocess::Start({.argv = plan_.command(),
                            .stdin_fd = kNullStream,
                            .stdout_fd = log.get(),
                            .stderr_fd = log.get(),
                            .new_process_group = true,
                            .die_with_parent = true});
}

net::Task<void> SupervisedProcess::Supervise() {
  while (!stopping_) {
    Result<Subprocess> launched = Launch();
    if (launched) {
      process_ = std::move(*launched);
      events_.Add(Format("{} started as process {}", plan_.name, process_->pid()));
      net::TaskGroup attendance(loop_);
      net::Task<void> attend = plan_.attend();
      attendance.Spawn(std::move(attend));
      const Result<ExitStatus> status = co_await net::WaitExit(loop_, *process_, kNever);
      events_.Add(Format("{} ended: {}", plan_.name, status ? ToString(*status) : status.error().message));
    } else {
      events_.Add(Format("{} cannot be started: {}", plan_.name, launched.error().message));
    }
    process_.reset();
    ++ends_;
    plan_.on_end();
    if (!stopping_) co_await stop_asked_.Wait(loop_.Now() + kRestartPause);
  }
}

}  // namespace cairn::demo
