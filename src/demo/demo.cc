#include "demo/demo.h"

#include <fcntl.h>
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/fd.h"
#include "base/log.h"
#include "base/strings.h"
#include "demo/deployment.h"
#include "demo/event_log.h"
#include "demo/experiment.h"
#include "demo/live_demo.h"
#include "demo/private_directory.h"
#include "http/client.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/signals.h"
#include "net/task_group.h"

namespace cairn::demo {

namespace {

constexpr int kExitFailed = 1;

struct Programs {
  std::string counter;
  std::string redis_server;
};

Result<Programs> FindPrograms(const DemoSettings& settings) {
  Programs programs;
  programs.counter = settings.counter;
  if (programs.counter.empty()) {
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) return FailErrno(error.value(), "/proc/self/exe");
    programs.counter = (self.parent_path() / "counter").string();
  }
  if (auto counter = FindProgram(programs.counter); !counter) {
    return std::unexpected(counter.error().In("the counter; --counter says where it is"));
  }
  auto redis_server = FindProgram(settings.redis_server);
  if (!redis_server) {
    return std::unexpected(redis_server.error().In(
        "Redis (Debian: apt-get install redis-server); --redis-server says where it is"));
  }
  programs.redis_server = std::move(*redis_server);
  return programs;
}

// What the whole of a run shares, with its exit code at the end.
class Run {
 public:
  Run(const DemoSettings& settings, Programs programs, const PrivateDirectory& directory, net::Loop& loop,
      net::SignalSet& signals, net::Resolver& resolver, http::Client& client, EventLog& events)
      : settings_(settings),
        programs_(std::move(programs)),
        directory_(directory),
        loop_(loop),
        signals_(signals),
        resolver_(resolver),
        client_(client),
        events_(events) {}

  net::Task<int> Live() {
    LiveDemo demo(loop_, client_, events_,
                  {.deployment = {.counter = programs_.counter,
                                  .redis_server = programs_.redis_server,
                                  .replicas = settings_.replicas,
                                  .directory = directory_.path()},
                   .listen = settings_.listen,
                   .load = settings_.load});
    net::Task<int> work = ExitCodeOf(demo.Run());
    const int exit_code = co_await UntilSignal(std::move(work), 0);
    co_await demo.Stop();
    co_return exit_code;
  }

  net::Task<int> Check() {
    ExperimentOptions options = {
        .counter = programs_.counter, .redis_server = programs_.redis_server, .replicas = settings_.replicas};
    net::Task<int> work =
        ExitCodeOf(RunExperiments(loop_, resolver_, client_, events_, directory_, std::move(options)));
    co_return co_await UntilSignal(std::move(work), kExitFailed);
  }

 private:
  static net::Task<int> ExitCodeOf(net::Task<Result<>> work) {
    const Result<> done = co_await work;
    if (done) co_return 0;
    std::fputs(Format("counter-demo: {}\n", done.error().message).c_str(), stderr);
    co_return kExitFailed;
  }

  // The exit code of `work`, or `interrupted` if a signal comes before its end; it is cancelled then.
  net::Task<int> UntilSignal(net::Task<int> work, int interrupted) {
    std::optional<int> exit_code;
    net::WaitList ended(loop_);
    net::TaskGroup tasks(loop_);
    tasks.Spawn(Deliver(std::move(work), exit_code, ended));
    tasks.Spawn(AwaitSignal(interrupted, exit_code, ended));
    if (!exit_code) co_await ended.Wait();
    co_return *exit_code;
  }

  static net::Task<void> Deliver(net::Task<int> work, std::optional<int>& exit_code, net::WaitList& ended) {
    exit_code = co_await work;
    ended.WakeAll();
  }

  net::Task<void> AwaitSignal(int interrupted, std::optional<int>& exit_code, net::WaitList& ended) {
    co_await signals_.Next();
    exit_code = interrupted;
    ended.WakeAll();
  }

  const DemoSettings& settings_;
  const Programs programs_;
  const PrivateDirectory& directory_;
  net::Loop& loop_;
  net::SignalSet& signals_;
  net::Resolver& resolver_;
  http::Client& client_;
  EventLog& events_;
};

Result<int> RunWith(const DemoSettings& settings, const Clock& clock) {
  Result<Programs> programs = FindPrograms(settings);
  if (!programs) return std::unexpected(programs.error());
  net::Loop loop(clock);
  const auto signals = net::SignalSet::Open(loop, {SIGINT, SIGTERM, SIGHUP});
  if (!signals) return std::unexpected(signals.error());
  const auto directory = PrivateDirectory::Make(settings.keep_directory);
  if (!directory) return std::unexpected(directory.error());
  const std::string log_path =
      settings.log_file.empty() ? directory->path() + "/demo.log" : settings.log_file;
  const UniqueFd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log) return FailErrno(errno, log_path);
  const Logger logger(clock, {.fd = log.get()});
  EventLog events(clock, logger);
  const auto resolver = net::OpenSystemResolver(loop);
  if (!resolver) return std::unexpected(resolver.error());
  http::Client client(loop, **resolver);
  Run run(settings, std::move(*programs), *directory, loop, **signals, **resolver, client, events);
  const int exit_code = loop.Run(settings.check ? run.Check() : run.Live());
  if (settings.keep_directory) {
    std::fputs(Format("logs and ledger are in {}\n", directory->path()).c_str(), stderr);
  }
  return exit_code;
}

}  // namespace

int RunDemo(const DemoSettings& settings, const Clock& clock) {
  const Result<int> exit_code = RunWith(settings, clock);
  if (exit_code) return *exit_code;
  std::fputs(Format("counter-demo: {}\n", exit_code.error().message).c_str(), stderr);
  return kExitFailed;
}

}  // namespace cairn::demo
