#include "demo/replica.h"

#include <signal.h>

#include <chrono>
#include <utility>

#include "base/strings.h"
#include "http/uri.h"

namespace cairn::demo {

namespace {

constexpr Duration kProbeTimeout = std::chrono::seconds(1);
constexpr Duration kProbePause = std::chrono::milliseconds(100);
constexpr Duration kStartingPause = std::chrono::milliseconds(10);

// The address in the line of the counter's log that says `what`, once that line is whole.
std::optional<http::Origin> AddressIn(std::string_view log, std::string_view what) {
  const std::string before = Format(" {} address=", what);
  const size_t at = log.find(before);
  if (at == log.npos) return std::nullopt;
  const std::string_view rest = log.substr(at + before.size());
  const size_t end = rest.find('\n');
  if (end == rest.npos) return std::nullopt;
  const auto address = http::ParseHostPort(rest.substr(0, end), 0);
  if (!address) return std::nullopt;
  return http::Origin{.host = address->host, .port = address->port};
}

}  // namespace

std::string_view ToString(ReplicaState state) {
  switch (state) {
    case ReplicaState::kDown:
      return "down";
    case ReplicaState::kStarting:
      return "starting";
    case ReplicaState::kReady:
      return "ready";
    case ReplicaState::kUnready:
      return "not ready";
    case ReplicaState::kLeaving:
      return "leaving";
  }
  return "";
}

Replica::Replica(net::Loop& loop, http::Client& client, FrontDoor& front_door, EventLog& events,
                 Options options)
    : loop_(loop),
      client_(client),
      front_door_(front_door),
      options_(std::move(options)),
      process_(loop, events,
               {.name = options_.name,
                .log_path = options_.log_path,
                .command = [this] { return Command(); },
                .attend = [this] { return Attend(); },
                .on_end = [this] { OnEnd(); }}) {}

void Replica::Replace() {
  if (process_.pid() == 0) return;
  state_ = ReplicaState::kLeaving;
  front_door_.Close(options_.index);
  process_.Signal(SIGTERM);
}

std::string Replica::address() const {
  return numbers_ ? Format("{}:{}", numbers_->host, numbers_->port) : std::string();
}

std::vector<std::string> Replica::Command() const {
  std::vector<std::string> command = {options_.executable, "--listen",     "127.0.0.1:0", "--admin-listen",
                                      "127.0.0.1:0",       "--log-format", "text"};
  // For one that is stopped from outside: time for the next probe.
  command.insert(command.end(), {"--shutdown-delay", "300ms"});
  command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
  return command;
}

net::Task<void> Replica::Attend() {
  state_ = ReplicaState::kStarting;
  while (!FindAddresses()) co_await loop_.Sleep(kStartingPause);
  for (;;) {
    OnProbe(co_await SaysReady());
    co_await loop_.Sleep(state_ == ReplicaState::kStarting ? kStartingPause : kProbePause);
  }
}

net::Task<bool> Replica::SaysReady() {
  http::Origin origin = *admin_;
  http::ClientRequest request;
  request.target = "/readyz";
  std::string body;
  const auto answer =
      co_await client_.Fetch(std::move(origin), request, std::move(body), loop_.Now() + kProbeTimeout);
  co_return answer && answer->status == 200;
}

bool Replica::FindAddresses() {
  const std::string log = process_.LogText();
  numbers_ = AddressIn(log, "serving numbers");
  admin_ = AddressIn(log, "serving probes and metrics");
  return numbers_ && admin_;
}

void Replica::OnProbe(bool is_ready) {
  if (state_ == ReplicaState::kLeaving) return;
  if (is_ready) {
    state_ = ReplicaState::kReady;
    front_door_.Open(options_.index, *numbers_);
  } else if (state_ == ReplicaState::kReady) {
    state_ = ReplicaState::kUnready;
    front_door_.Close(options_.index);
  }
}

void Replica::OnEnd() {
  state_ = ReplicaState::kDown;
  front_door_.Close(options_.index);
  numbers_.reset();
  admin_.reset();
}

}  // namespace cairn::demo
