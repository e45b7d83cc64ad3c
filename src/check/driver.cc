#include "check/driver.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "base/strings.h"
#include "check/answer.h"
#include "http/uri.h"
#include "net/dial.h"

namespace cairn::check {
namespace {

// How far the pace may fall behind and catch up again; what is lost beyond it stays lost.
constexpr Duration kCatchUpMax = std::chrono::milliseconds(100);

size_t WorkersOf(const LoadOptions& options) {
  return std::max<size_t>(1, (options.connections + options.targets.size() - 1) / options.targets.size());
}

std::vector<std::string> NamesOf(const std::vector<Target>& targets) {
  std::vector<std::string> names;
  for (const Target& target : targets) names.push_back(target.name);
  return names;
}

std::string ServerNameOf(const std::string& host) {
  if (host.empty()) return {};
  const auto parsed = http::ParseHostPort(host, 0);
  return parsed ? parsed->host : std::string();
}

http::ClientOptions HttpOptionsOf(const LoadOptions& options) {
  http::ClientOptions http_options;
  http_options.write_timeout = options.timeout;
  return http_options;
}

std::string StatusText(int status) {
  const std::string_view reason = http::ReasonPhrase(status);
  return reason.empty() ? Format("status {}", status) : Format("{} {}", status, reason);
}

// What a status other than a success says about the counter. A 5xx may hide an increment whose answer was
// lost; a redirection or a mistake of ours never reached it.
Outcome OutcomeOf(int status) {
  return status >= 500 ? Outcome::kIndeterminate : Outcome::kFailed;
}

}  // namespace

LoadDriver::LoadDriver(net::Loop& loop, net::Resolver& resolver, LoadOptions options)
    : loop_(loop),
      resolver_(resolver),
      options_(std::move(options)),
      http_options_(HttpOptionsOf(options_)),
      tls_server_name_(ServerNameOf(options_.host)),
      workers_(WorkersOf(options_)),
      rotation_(options_.targets.size(), workers_.size()),
      history_(NamesOf(options_.targets), options_.history_max),
      address_free_(loop),
      slot_(loop),
      ending_(loop) {
  for (size_t i = 0; i < workers_.size(); ++i) {
    workers_[i].lines.resize(options_.targets.size());
    workers_[i].address = i % options_.targets.size();
  }
}

net::Task<StopReason> LoadDriver::Run() {
  started_ = next_slot_ = loop_.clock().Now();
  working_ = workers_.size();
  net::TaskGroup tasks(loop_);
  for (Worker& worker : workers_) tasks.Spawn(Work(worker));
  const TimePoint deadline = options_.duration > Duration::zero() ? started_ + options_.duration : kNever;
  const bool ended = co_await ending_.Wait(deadline, stop_reason_.has_value());
  if (!ended) End(StopReason::kDuration);
  while (!abandoned_ && working_ > 0) co_await ending_.Wait();
  tasks.CancelAll();
  for (Worker& worker : workers_) {
    if (worker.in_request) Record(worker, {Outcome::kIndeterminate, 0, "given up at the end of the run"});
    worker.lines.clear();
  }
  co_return *stop_reason_;
}

void LoadDriver::End(StopReason reason) {
  if (!stop_reason_) stop_reason_ = reason;
  address_free_.WakeAll();
  slot_.WakeAll();
  ending_.WakeAll();
}

void LoadDriver::Abandon() {
  abandoned_ = true;
  Stop();
}

net::Task<void> LoadDriver::Work(Worker& worker) {
  while (!stop_reason_) {
    if (options_.rate_per_second > 0) {
      auto pace = Pace();
      co_await pace;
    }
    const auto address = rotation_.Take(worker.address, loop_.clock().Now());
    if (!address) {
      co_await address_free_.Wait(rotation_.RetryAt());
      continue;
    }
    worker.address = *address;
    const bool may_ask = TakeTicket();
    bool answered = true;
    if (may_ask) {
      auto ask = Ask(worker);
      answered = co_await ask;
    }
    rotation_.Done(worker.address, answered, loop_.clock().Now());
    address_free_.WakeOne();
  }
  --working_;
  ending_.WakeAll();
}

// Waits for the next of the moments at which a request may begin.
net::Task<void> LoadDriver::Pace() {
  const TimePoint now = loop_.clock().Now();
  next_slot_ = std::max(next_slot_, now - kCatchUpMax);
  const TimePoint slot = next_slot_;
  next_slot_ += std::chrono::nanoseconds(std::chrono::seconds(1)) / options_.rate_per_second;
  if (slot > now) co_await slot_.Wait(slot, stop_reason_.has_value());
}

// Each ticket becomes one operation of the history, so that the history holds all requests that were made.
bool LoadDriver::TakeTicket() {
  if (stop_reason_) return false;
  if (tickets_ == options_.history_max) {
    End(StopReason::kHistoryFull);
  } else if (options_.requests_max > 0 && tickets_ == options_.requests_max) {
    End(StopReason::kRequests);
  } else {
    ++tickets_;
    return true;
  }
  return false;
}

// Whether it got a number.
net::Task<bool> LoadDriver::Ask(Worker& worker) {
  const TimePoint now = loop_.clock().Now();
  worker.in_request = true;
  worker.request = Operation();
  worker.request.start_ns = (now - started_).count();
  worker.request.address = static_cast<uint16_t>(worker.address);
  auto request = Request(worker, now + options_.timeout);
  const Ending ending = co_await request;
  Record(worker, ending);
  co_return ending.outcome == Outcome::kNumber;
}

void LoadDriver::Record(Worker& worker, const Ending& ending) {
  Operation operation = worker.request;
  worker.in_request = false;
  operation.end_ns = NowNs();
  operation.outcome = ending.outcome;
  operation.number = ending.number;
  if (ending.outcome == Outcome::kNumber) {
    ++counts_.numbers;
    counts_.last_number = ending.number;
  } else {
    ++counts_.errors;
    failures_.Add(operation.address, ending.why);
  }
  const bool recorded = history_.Append(operation);
  assert(recorded);
  (void)recorded;
}

net::Task<LoadDriver::Ending> LoadDriver::Request(Worker& worker, TimePoint deadline) {
  auto send = SendRequest(worker, deadline);
  auto unsent = co_await send;
  if (unsent) co_return std::move(*unsent);
  Line& line = worker.lines[worker.address];
  auto read = ReadAnswer(line, deadline);
  Ending answer = co_await read;
  line.connection->EndExchange();
  if (!line.connection->reusable()) line.connection.reset();
  co_return std::move(answer);
}

// Nothing once the request is sent, else how it ended. A kept connection that turns out to be closed before a
// byte was sent is replaced, once.
net::Task<std::optional<LoadDriver::Ending>> LoadDriver::SendRequest(Worker& worker, TimePoint deadline) {
  Line& line = worker.lines[worker.address];
  const Target& target = options_.targets[worker.address];
  http::ClientRequest request;
  request.target = options_.path;
  request.authority = options_.host.empty() ? target.authority : options_.host;
  for (;;) {
    const bool kept = line.connection != nullptr && line.connection->reusable();
    if (!kept) {
      auto connect = Connect(line, worker.address, deadline);
      const auto connected = co_await connect;
      if (!connected) co_return Ending{Outcome::kFailed, 0, connected.error().message};
    }
    worker.request.connection = line.id;
    worker.request.start_ns = NowNs();
    auto send = line.connection->Send(request, deadline);
    const auto sent = co_await send;
    if (sent) co_return std::nullopt;
    const bool nothing_sent = line.connection->exchanges() == 0 || !line.connection->request_sent();
    line.connection.reset();
    if (kept && nothing_sent && sent.error().code == ErrorCode::kDisconnected) continue;
    const Outcome outcome = nothing_sent ? Outcome::kFailed : Outcome::kIndeterminate;
    co_return Ending{outcome, 0, sent.error().message};
  }
}

net::Task<Result<>> LoadDriver::Connect(Line& line, size_t address, TimePoint deadline) {
  const Target& target = options_.targets[address];
  net::DialOptions dial_options;
  if (target.tls) {
    dial_options.tls = options_.tls;
    dial_options.tls_server_name = tls_server_name_;
  }
  auto dial = net::Dial(loop_, resolver_, target.host, target.port, deadline, std::move(dial_options));
  auto stream = co_await dial;
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  line.connection = std::make_unique<http::H1ClientConnection>(std::move(*stream), http_options_);
  line.id = ++connections_;
  co_return Result<>();
}

net::Task<LoadDriver::Ending> LoadDriver::ReadAnswer(Line& line, TimePoint deadline) {
  http::H1ClientConnection& connection = *line.connection;
  auto read_head = connection.ReadHead(deadline);
  const auto head = co_await read_head;
  if (!head) co_return Ending{Outcome::kIndeterminate, 0, head.error().message};
  const int status = head->status;
  std::array<char, kAnswerBytesMax> body;
  size_t size = 0;
  bool too_long = false;
  while (!too_long) {
    auto read_body = connection.ReadBody(deadline);
    const auto piece = co_await read_body;
    if (!piece) co_return Ending{Outcome::kIndeterminate, 0, piece.error().message};
    if (piece->empty()) break;
    too_long = piece->size() > body.size() - size;
    if (!too_long)
      size = static_cast<size_t>(std::ranges::copy(*piece, body.begin() + size).out - body.begin());
  }
  if (status < 200 || status > 299) co_return Ending{OutcomeOf(status), 0, StatusText(status)};
  const auto number = too_long ? std::nullopt : ParseAnswer({body.data(), size});
  if (!number) co_return Ending{Outcome::kMalformed, 0, Format("{} without a number", StatusText(status))};
  co_return Ending{Outcome::kNumber, *number};
}

}  // namespace cairn::check
