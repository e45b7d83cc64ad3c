#include "demo/deployment.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"
#include "net/task_group.h"

namespace cairn::demo {

namespace {

constexpr Duration kReadyPause = std::chrono::milliseconds(10);
constexpr uint64_t kStartsMax = 3;

// The last line that says something.
std::string_view LastLine(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace

Result<std::string> FindProgram(const std::string& name) {
  if (name.find('/') != name.npos) {
    if (::access(name.c_str(), X_OK) == 0) return name;
    return FailErrno(errno, name);
  }
  const char* path = std::getenv("PATH");
  for (const std::string_view directory : Split(path == nullptr ? "" : path, ':')) {
    const std::string file = Format("{}/{}", directory.empty() ? "." : directory, name);
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return Fail(ErrorCode::kNotFound, Format("{} is not in a directory of PATH", name));
}

Deployment::Deployment(net::Loop& loop, http::Client& client, EventLog& events, DeploymentOptions options)
    : loop_(loop),
      client_(client),
      events_(events),
      options_(std::move(options)),
      front_door_(loop, client, options_.replicas),
      server_(loop, front_door_) {}

net::Task<Result<>> Deployment::Start(std::unique_ptr<net::Listener> listener) {
  if (!options_.redis_server.empty()) {
    redis_.emplace(loop_, events_, options_.redis_server, options_.directory);
    redis_->process().Start();
    std::string name = "redis-server";
    std::function<bool()> is_ready = [this] { return redis_->ready(); };
    const Result<> ready = co_await BecomesReady(redis_->process(), std::move(name), std::move(is_ready));
    if (!ready) co_return ready;
  }
  MakeReplicas();
  for (const auto& replica : replicas_) replica->process().Start();
  for (const auto& replica : replicas_) {
    std::string name = replica->name();
    std::function<bool()> is_ready = [&replica] { return replica->state() == ReplicaState::kReady; };
    const Result<> ready = co_await BecomesReady(replica->process(), std::move(name), std::move(is_ready));
    if (!ready) co_return ready;
  }
  server_.Listen(std::move(listener));
  co_return Result<>();
}

void Deployment::MakeReplicas() {
  std::vector<std::string> arguments = {"--source", "memory"};
  if (redis_) {
    arguments = {"--source",      "redis",
                 "--redis-url",   Format("redis://127.0.0.1:{}", redis_->port()),
                 "--ledger-file", options_.directory + "/ledger"};
  }
  for (size_t i = 0; i < options_.replicas; ++i) {
    const std::string name = Format("counter-{}", i + 1);
    replicas_.push_back(
        std::make_unique<Replica>(loop_, client_, front_door_, events_,
                                  Replica::Options{.index = i,
                                                   .name = name,
                                                   .log_path = Format("{}/{}.log", options_.directory, name),
                                                   .executable = options_.counter,
                                                   .arguments = arguments}));
  }
}

net::Task<Result<>> Deployment::BecomesReady(const SupervisedProcess& process, std::string name,
                                             std::function<bool()> is_ready) {
  const TimePoint deadline = loop_.Now() + kStartTimeout;
  while (!is_ready()) {
    if (process.ends() >= kStartsMax || loop_.Now() >= deadline) {
      co_return Fail(ErrorCode::kUnavailable,
                     Format("{} does not become ready; the last line of its log is {}", name,
                            Quote(LastLine(process.LogText()))));
    }
    co_await loop_.Sleep(kReadyPause);
  }
  co_return Result<>();
}

net::Task<void> Deployment::Stop() {
  const TimePoint deadline = loop_.Now() + kStopTimeout;
  co_await server_.Drain(deadline);
  net::TaskGroup stopping(loop_);
  for (const auto& replica : replicas_) stopping.Spawn(replica->process().Stop(deadline));
  co_await stopping.Empty();
  if (redis_) co_await redis_->process().Stop(std::max(deadline, loop_.Now() + kStopTimeout / 2));
}

}  // namespace cairn::demo
