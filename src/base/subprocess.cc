#include "base/subprocess.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/strings.h"

namespace cairn {
namespace {

// What the child tells its parent through a pipe if it cannot become the program. The pipe closes on exec, so
// its end without a message is success.
struct StartFailure {
  enum class Step : int { kStreams, kDirectory, kGroup, kParent, kProgram } step;
  int number;  // errno
};

// All that the child needs, made before the fork: between fork and exec it may not allocate.
struct Plan {
  std::vector<char*> argv;
  std::vector<char*> environment;
  const char* directory = nullptr;
  std::array<int, 3> streams{};
  bool new_process_group = false;
  bool die_with_parent = false;
  pid_t parent = 0;
  int failure_fd = -1;
};

Plan MakePlan(const SubprocessOptions& options, int failure_fd) {
  Plan plan;
  for (const std::string& word : options.argv) plan.argv.push_back(const_cast<char*>(word.c_str()));
  plan.argv.push_back(nullptr);
  const auto replaced = [&](std::string_view old) {
    const std::string_view name = old.substr(0, old.find('='));
    return std::ranges::any_of(options.environment, [&](std::string_view added) {
      return added.size() > name.size() && added.starts_with(name) && added[name.size()] == '=';
    });
  };
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!replaced(*variable)) plan.environment.push_back(*variable);
  }
  for (const std::string& added : options.environment) {
    plan.environment.push_back(const_cast<char*>(added.c_str()));
  }
  plan.environment.push_back(nullptr);
  if (!options.working_directory.empty()) plan.directory = options.working_directory.c_str();
  plan.streams = {options.stdin_fd, options.stdout_fd, options.stderr_fd};
  plan.new_process_group = options.new_process_group;
  plan.die_with_parent = options.die_with_parent;
  plan.parent = ::getpid();
  plan.failure_fd = failure_fd;
  return plan;
}

[[noreturn]] void FailInChild(const Plan& plan, StartFailure::Step step) {
  const StartFailure failure{step, errno};
  (void)!::write(plan.failure_fd, &failure, sizeof failure);
  ::_exit(127);
}

// First all sources are copied above the standard numbers, so that none is overwritten before it is used.
bool InstallStreams(const Plan& plan) {
  std::array<int, 3> sources{};
  for (size_t i = 0; i < 3; ++i) {
    if (plan.streams[i] == kInheritStream) continue;
    const int fd = plan.streams[i] == kNullStream ? ::open("/dev/null", O_RDWR | O_CLOEXEC) : plan.streams[i];
    sources[i] = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (sources[i] < 0) return false;
  }
  for (size_t i = 0; i < 3; ++i) {
    if (plan.streams[i] != kInheritStream && ::dup2(sources[i], static_cast<int>(i)) < 0) return false;
  }
  return true;
}

// The child, with all signals blocked: async-signal-safe calls only.
[[noreturn]] void BecomeProgram(const Plan& plan) {
  using Step = StartFailure::Step;
  if (!InstallStreams(plan)) FailInChild(plan, Step::kStreams);
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0) FailInChild(plan, Step::kDirectory);
  if (plan.new_process_group && ::setpgid(0, 0) != 0) FailInChild(plan, Step::kGroup);
  if (plan.die_with_parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) FailInChild(plan, Step::kParent);
    if (::getppid() != plan.parent) ::_exit(127);  // it ended before the request; nobody reads a failure
  }
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(plan.argv[0], plan.argv.data(), plan.environment.data());
  FailInChild(plan, Step::kProgram);
}

Error ErrorOf(const StartFailure& failure, const SubprocessOptions& options) {
  using Step = StartFailure::Step;
  switch (failure.step) {
    case Step::kStreams:
      return ErrnoError(failure.number, "set the standard streams");
    case Step::kDirectory:
      return ErrnoError(failure.number, "enter directory " + options.working_directory);
    case Step::kGroup:
      return ErrnoError(failure.number, "make a process group");
    case Step::kParent:
      return ErrnoError(failure.number, "tie it to its parent");
    case Step::kProgram:
      break;
  }
  return ErrnoError(failure.number, "run it");
}

// Both ends numbered above the standard streams, which the child replaces while it still needs the pipe.
Result<std::pair<UniqueFd, UniqueFd>> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return FailErrno(errno, "pipe");
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  if (write_end.get() < 3) {
    const int moved = ::fcntl(write_end.get(), F_DUPFD_CLOEXEC, 3);
    if (moved < 0) return FailErrno(errno, "pipe");
    write_end.reset(moved);
  }
  return std::pair(std::move(read_end), std::move(write_end));
}

// Forks with all signals blocked, so that no handler of this process runs in the child.
pid_t Fork(const Plan& plan) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) BecomeProgram(plan);
  const int number = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = number;
  return pid;
}

}  // namespace

std::string ToString(ExitStatus status) {
  if (status.signal == 0) return Format("exit code {}", status.code);
  return Format("signal {} ({})", status.signal, ::strsignal(status.signal));
}

Result<Subprocess> Subprocess::Start(const SubprocessOptions& options) {
  assert(!options.argv.empty());
  const auto failed = [&](const Error& error) {
    return std::unexpected(error.In("cannot start " + options.argv[0]));
  };
  auto pipe = MakePipe();
  if (!pipe) return failed(pipe.error());
  auto& [read_end, write_end] = *pipe;
  const Plan plan = MakePlan(options, write_end.get());
  const pid_t pid = Fork(plan);
  if (pid < 0) return failed(ErrnoError(errno, "fork"));
  Subprocess process(pid, options.new_process_group);  // kills and reaps in every failure below
  write_end.reset();

  StartFailure failure{};
  ssize_t count = 0;
  do {
    count = ::read(read_end.get(), &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  if (count == sizeof failure) return failed(ErrorOf(failure, options));
  if (count != 0) return failed(Error{ErrorCode::kInternal, "no answer from the child"});
  // The C library of Debian 12 declares its own function for this without C linkage.
  process.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.pidfd_) return failed(ErrnoError(errno, "pidfd_open"));
  return process;
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      leads_group_(other.leads_group_),
      pidfd_(std::move(other.pidfd_)),
      status_(std::exchange(other.status_, std::nullopt)) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this != &other) {
    KillAndReap();
    pid_ = std::exchange(other.pid_, -1);
    leads_group_ = other.leads_group_;
    pidfd_ = std::move(other.pidfd_);
    status_ = std::exchange(other.status_, std::nullopt);
  }
  return *this;
}

Subprocess::~Subprocess() {
  KillAndReap();
}

void Subprocess::KillAndReap() {
  if (pid_ < 0 || status_) return;
  Kill(SIGKILL);
  Wait();
}

void Subprocess::Kill(int signal) {
  if (pid_ < 0 || status_) return;
  // A group that the child did not come to make before it failed does not exist.
  if (!leads_group_ || ::kill(-pid_, signal) != 0) ::kill(pid_, signal);
}

ExitStatus Subprocess::Wait() {
  return *Reap(0);
}

std::optional<ExitStatus> Subprocess::TryWait() {
  return Reap(WNOHANG);
}

std::optional<ExitStatus> Subprocess::Reap(int wait_flags) {
  assert(pid_ >= 0);
  if (status_) return status_;
  int status = 0;
  pid_t reaped = -1;
  do {
    reaped = ::waitpid(pid_, &status, wait_flags);
  } while (reaped < 0 && errno == EINTR);
  if (reaped == 0) return std::nullopt;
  assert(reaped == pid_);
  status_ = WIFSIGNALED(status) ? ExitStatus{0, WTERMSIG(status)} : ExitStatus{WEXITSTATUS(status), 0};
  return status_;
}

}  // namespace cairn
