#include "base/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "base/testing/temporary_directory.h"

namespace cairn {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  // Everything up to the end of the last writer.
  std::string ReadAll() {
    write_end.reset();
    std::string out;
    char buffer[4096];
    for (ssize_t count; (count = ::read(read_end.get(), buffer, sizeof buffer)) > 0;) {
      out.append(buffer, static_cast<size_t>(count));
    }
    return out;
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

// What a shell running `script` writes on its standard output.
std::string OutputOf(SubprocessOptions options) {
  Pipe out;
  options.stdout_fd = out.write_end.get();
  Result<Subprocess> process = Subprocess::Start(options);
  if (!process) return process.error().message;
  std::string text = out.ReadAll();
  if (const ExitStatus status = process->Wait(); !status.ok()) text += ToString(status);
  return text;
}

TEST(Subprocess, RunsAProgramAndReportsHowItEnded) {
  EXPECT_EQ(OutputOf({.argv = {"sh", "-c", "echo \"$0:$1\"", "a b", "c"}}), "a b:c\n");
  EXPECT_EQ(Subprocess::Start({.argv = {"sh", "-c", "exit 7"}})->Wait(), (ExitStatus{7, 0}));
  EXPECT_EQ(Subprocess::Start({.argv = {"sh", "-c", "kill -TERM $$"}})->Wait(), (ExitStatus{0, SIGTERM}));
  EXPECT_EQ(ToString(ExitStatus{7, 0}), "exit code 7");
  EXPECT_EQ(ToString(ExitStatus{0, SIGKILL}), "signal 9 (Killed)");
}

TEST(Subprocess, ReportsWhatCannotBeStarted) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "plain") << "x";
  const Result<Subprocess> missing = Subprocess::Start({.argv = {"/nonexistent/program"}});
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message, "cannot start /nonexistent/program: run it: No such file or directory");
  EXPECT_EQ(Subprocess::Start({.argv = {"no-such-program-in-path"}}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Subprocess::Start({.argv = {directory / "plain"}}).error().code, ErrorCode::kDenied);
  const Result<Subprocess> lost = Subprocess::Start({.argv = {"true"}, .working_directory = "/nonexistent"});
  EXPECT_EQ(lost.error().message,
            "cannot start true: enter directory /nonexistent: No such file or directory");
  EXPECT_FALSE(Subprocess::Start({.argv = {"true"}, .stdin_fd = 9999}));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // none of them is left
  EXPECT_EQ(errno, ECHILD);
}

TEST(Subprocess, AddsToTheEnvironmentAndReplaces) {
  ::setenv("CAIRN_TEST_A", "old", 1);
  ::setenv("CAIRN_TEST_AB", "kept", 1);
  EXPECT_EQ(
      OutputOf({.argv = {"sh", "-c",
                         "echo $CAIRN_TEST_A $CAIRN_TEST_AB $CAIRN_TEST_C; env | grep -c ^CAIRN_TEST_A="},
                .environment = {"CAIRN_TEST_A=new", "CAIRN_TEST_C=c=d"}}),
      "new kept c=d\n1\n");
  ::unsetenv("CAIRN_TEST_A");
  ::unsetenv("CAIRN_TEST_AB");
}

TEST(Subprocess, ChangesTheWorkingDirectory) {
  EXPECT_EQ(OutputOf({.argv = {"pwd"}, .working_directory = "/usr"}), "/usr\n");
}

TEST(Subprocess, ConnectsStreamsWhateverTheirNumbers) {
  // Standard output and error exchanged: each source is the other one's target.
  Pipe one;
  Pipe two;
  const UniqueFd saved_out(::dup(1));
  const UniqueFd saved_err(::dup(2));
  ::dup2(one.write_end.get(), 1);
  ::dup2(two.write_end.get(), 2);
  Result<Subprocess> process =
      Subprocess::Start({.argv = {"sh", "-c", "echo out; echo err >&2"}, .stdout_fd = 2, .stderr_fd = 1});
  ::dup2(saved_out.get(), 1);
  ::dup2(saved_err.get(), 2);
  ASSERT_TRUE(process);
  EXPECT_EQ(one.ReadAll(), "err\n");
  EXPECT_EQ(two.ReadAll(), "out\n");
  EXPECT_TRUE(process->Wait().ok());

  Pipe in;
  ASSERT_EQ(::write(in.write_end.get(), "hello", 5), 5);
  in.write_end.reset();
  EXPECT_EQ(OutputOf({.argv = {"cat"}, .stdin_fd = in.read_end.get()}), "hello");
  EXPECT_EQ(OutputOf({.argv = {"cat"}, .stdin_fd = kNullStream}), "");
}

TEST(Subprocess, LeaksNoDescriptors) {
  const UniqueFd kept(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd given(::open("/dev/null", O_RDONLY));
  const auto is_open = [](const UniqueFd& fd) {
    const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
    return Subprocess::Start({.argv = {"test", "-e", path}})->Wait().ok();
  };
  EXPECT_FALSE(is_open(kept));
  EXPECT_TRUE(is_open(given));
}

TEST(Subprocess, ResetsSignals) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  EXPECT_EQ(OutputOf({.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}}),
            "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

TEST(Subprocess, TheDestructorKillsAndReaps) {
  pid_t pid = 0;
  {
    Result<Subprocess> process = Subprocess::Start({.argv = {"sleep", "1000"}});
    ASSERT_TRUE(process);
    pid = process->pid();
    EXPECT_EQ(process->TryWait(), std::nullopt);
    const Subprocess moved = std::move(*process);
    EXPECT_EQ(moved.pid(), pid);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(Subprocess, KillReachesTheWholeGroup) {
  Pipe out;
  Result<Subprocess> process = Subprocess::Start({.argv = {"sh", "-c", "sleep 1000 & echo started; wait"},
                                                  .stdout_fd = out.write_end.get(),
                                                  .new_process_group = true});
  ASSERT_TRUE(process);
  char text[16];
  ASSERT_EQ(::read(out.read_end.get(), text, sizeof text), 8);
  EXPECT_EQ(::getpgid(process->pid()), process->pid());
  process->Kill(SIGTERM);
  EXPECT_EQ(process->Wait(), (ExitStatus{0, SIGTERM}));
  EXPECT_EQ(out.ReadAll(), "");  // returns only when the shell's child is gone as well
}

TEST(Subprocess, PidfdTellsTheEnd) {
  Pipe in;
  Result<Subprocess> process = Subprocess::Start({.argv = {"cat"}, .stdin_fd = in.read_end.get()});
  ASSERT_TRUE(process);
  pollfd poll{process->pidfd(), POLLIN, 0};
  EXPECT_EQ(::poll(&poll, 1, 0), 0);
  in.write_end.reset();
  EXPECT_EQ(::poll(&poll, 1, 60'000), 1);
  EXPECT_EQ(process->TryWait(), ExitStatus{});
  EXPECT_EQ(process->Wait(), ExitStatus{});
  process->Kill(SIGKILL);  // to nobody
}

TEST(Subprocess, DiesWithItsParent) {
  Pipe out;
  const pid_t parent = ::fork();
  if (parent == 0) {
    const Result<Subprocess> process =
        Subprocess::Start({.argv = {"sh", "-c", "echo started; exec sleep 1000"},
                           .stdout_fd = out.write_end.get(),
                           .die_with_parent = true});
    for (;;) ::pause();
  }
  char text[16];
  ASSERT_EQ(::read(out.read_end.get(), text, sizeof text), 8);
  ::kill(parent, SIGKILL);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  EXPECT_EQ(out.ReadAll(), "");  // returns only when the child, which holds the other end, is gone
}

}  // namespace
}  // namespace cairn
