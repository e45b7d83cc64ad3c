#include "demo/experiment.h"

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "base/strings.h"
#include "check/checker.h"
#include "check/driver.h"
#include "check/report.h"
#include "check/target.h"
#include "demo/deployment.h"
#include "net/address.h"
#include "net/socket.h"
#include "net/task_group.h"

namespace cairn::demo {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t kClients = 16;
constexpr size_t kOperationsMax = 2'000'000;
constexpr Duration kCalm = milliseconds(700);  // before, between and after the faults
constexpr Duration kReturnTimeout = seconds(10);

// A killed replica takes the numbers with it that it had for its clients, and the front door asks for others;
// the replaced one answers all, but the bound allows for the same.
constexpr uint64_t kGapBudget = 2 * kClients;

void Print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// Suspends until another process has taken the place of process `old`, and is ready.
net::Task<Result<>> Returned(net::Loop& loop, const Replica& replica, pid_t old) {
  const TimePoint deadline = loop.Now() + kReturnTimeout;
  while (replica.process().pid() == old || replica.state() != ReplicaState::kReady) {
    if (loop.Now() >= deadline) {
      co_return Fail(ErrorCode::kTimeout, Format("{} did not come back", replica.name()));
    }
    co_await loop.Sleep(milliseconds(10));
  }
  co_return Result<>();
}

net::Task<Result<>> KillAndReplace(net::Loop& loop, Deployment& deployment) {
  Replica& killed = deployment.replica(0);
  Replica& replaced = deployment.replica(deployment.size() - 1);
  co_await loop.Sleep(kCalm);
  const pid_t killed_pid = killed.process().pid();
  killed.process().Signal(SIGKILL);
  Result<> returned = co_await Returned(loop, killed, killed_pid);
  if (!returned) co_return returned;
  co_await loop.Sleep(kCalm);
  const pid_t replaced_pid = replaced.process().pid();
  replaced.Replace();
  returned = co_await Returned(loop, replaced, replaced_pid);
  if (!returned) co_return returned;
  co_await loop.Sleep(kCalm);
  co_return Result<>();
}

// One experiment: what is deployed, and what is known of it afterwards.
class Experiment {
 public:
  Experiment(net::Loop& loop, net::Resolver& resolver, http::Client& client, EventLog& events,
             DeploymentOptions options)
      : loop_(loop), resolver_(resolver), deployment_(loop, client, events, std::move(options)) {}

  net::Task<Result<check::Verdict>> Run() {
    const auto loopback = net::Address::FromHostPort("127.0.0.1", 0);
    if (!loopback) co_return std::unexpected(loopback.error());
    auto listener = net::Listener::Open(loop_, *loopback);
    if (!listener) co_return std::unexpected(listener.error());
    const net::Address address = (*listener)->address();
    Result<> done = co_await deployment_.Start(std::move(*listener));
    if (!done) co_return std::unexpected(done.error());

    auto target = check::ParseTarget(address.ToString());
    if (!target) co_return std::unexpected(target.error());
    check::LoadOptions load_options;
    load_options.connections = kClients;
    load_options.duration = Duration::zero();  // until it is stopped
    load_options.targets.push_back(std::move(*target));
    load_options.history_max = kOperationsMax;
    check::LoadDriver load(loop_, resolver_, std::move(load_options));
    net::TaskGroup running(loop_);
    running.Spawn(Drive(load));
    done = co_await KillAndReplace(loop_, deployment_);
    load.Stop();
    co_await running.Empty();
    co_await deployment_.Stop();
    if (!done) co_return std::unexpected(done.error());
    co_return check::Check(load.history(), {.gap_budget = kGapBudget});
  }

 private:
  static net::Task<void> Drive(check::LoadDriver& load) { co_await load.Run(); }

  net::Loop& loop_;
  net::Resolver& resolver_;
  Deployment deployment_;
};

uint64_t ErrorsOf(const check::Verdict& verdict) {
  return verdict.indeterminate + verdict.failed + verdict.malformed;
}

std::string TableHead() {
  return Format("{:<32}{:>10}{:>9}{:>13}{:>12}  {}\n", "experiment", "requests", "errors", "duplicates",
                "backwards", "verdict");
}

std::string TableRow(std::string_view name, const check::Verdict& verdict, std::string_view outcome) {
  const uint64_t requests = verdict.numbers + ErrorsOf(verdict);
  return Format("{:<32}{:>10}{:>9}{:>13}{:>12}  {}\n", name, check::Grouped(requests),
                check::Grouped(ErrorsOf(verdict)), check::Grouped(verdict.duplicates),
                check::Grouped(verdict.backwards), outcome);
}

}  // namespace

net::Task<Result<>> RunExperiments(net::Loop& loop, net::Resolver& resolver, http::Client& client,
                                   EventLog& events, const PrivateDirectory& directory,
                                   ExperimentOptions options) {
  const auto memory_directory = directory.MakeInside("memory");
  if (!memory_directory) co_return std::unexpected(memory_directory.error());
  const auto redis_directory = directory.MakeInside("redis");
  if (!redis_directory) co_return std::unexpected(redis_directory.error());
  DeploymentOptions deployed = {
      .counter = options.counter, .replicas = options.replicas, .directory = *memory_directory};

  Print("Under load, one replica is killed and comes back, and one is replaced:\n" + TableHead());
  Experiment memory(loop, resolver, client, events, deployed);
  const Result<check::Verdict> breaks = co_await memory.Run();
  if (!breaks) co_return std::unexpected(breaks.error());
  const bool broken = breaks->duplicates > 0 && breaks->backwards > 0;
  Print(TableRow("replicas that count in memory", *breaks,
                 broken ? "breaks, as expected" : "HOLDS, UNEXPECTEDLY"));

  deployed.redis_server = options.redis_server;
  deployed.directory = *redis_directory;
  Experiment redis(loop, resolver, client, events, deployed);
  const Result<check::Verdict> holds = co_await redis.Run();
  if (!holds) co_return std::unexpected(holds.error());
  const bool held = holds->ok && ErrorsOf(*holds) == 0;
  Print(TableRow("replicas that share Redis", *holds, held ? "holds" : "BROKEN"));
  if (!broken)
    co_return Fail(ErrorCode::kInternal, "replicas that count in memory did not contradict each other");
  if (!held) co_return Fail(ErrorCode::kInternal, Format("with Redis: {}", check::VerdictLine(*holds)));
  co_return Result<>();
}

}  // namespace cairn::demo
