#include "demo/live_demo.h"

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "base/strings.h"
#include "http/uri.h"
#include "net/task_group.h"

namespace cairn::demo {

namespace {

constexpr Duration kFramePause = std::chrono::milliseconds(250);

// Where somebody on this machine reaches what listens at `address`.
http::Origin OriginOf(const net::Address& address) {
  http::Origin origin{.host = "127.0.0.1", .port = address.port()};
  const auto host_port = http::ParseHostPort(address.ToString(), 0);
  if (host_port && !host_port->host.empty() && host_port->host != "0.0.0.0" && host_port->host != "::") {
    origin.host = host_port->host;
  }
  return origin;
}

}  // namespace

LiveDemo::LiveDemo(net::Loop& loop, http::Client& client, EventLog& events, Options options)
    : loop_(loop),
      client_(client),
      events_(events),
      options_(std::move(options)),
      start_(loop.clock().Now()),
      meters_(options_.deployment.replicas),
      quit_(loop),
      deployment_(loop, client, events, options_.deployment) {}

net::Task<Result<>> LiveDemo::Run() {
  auto listener = Listen();
  if (!listener) co_return std::unexpected(listener.error());
  http::Origin origin = OriginOf((*listener)->address());
  const bool is_ipv6 = origin.host.find(':') != origin.host.npos;
  const std::string host = is_ipv6 ? Format("[{}]", origin.host) : origin.host;
  url_ = Format("http://{}:{}/get-number", host, origin.port);
  const Result<> started = co_await deployment_.Start(std::move(*listener));
  if (!started) co_return started;
  Announce();

  const bool is_watched = Terminal::IsUsable();
  rate_ = options_.load.value_or(is_watched ? kDefaultLoad : 0);
  if (rate_ > 0) load_.emplace(loop_, client_, std::move(origin), rate_);
  if (!is_watched) {
    co_await quit_.Wait();  // for ever: a signal ends it
    co_return Result<>();
  }
  const auto terminal = Terminal::Open(loop_);
  if (!terminal) co_return std::unexpected(terminal.error());
  net::TaskGroup redrawing(loop_);
  redrawing.Spawn(Redraw(**terminal));
  co_await ReadKeys(**terminal);
  co_return Result<>();
}

net::Task<void> LiveDemo::Stop() {
  load_.reset();
  co_await deployment_.Stop();
}

Result<std::unique_ptr<net::Listener>> LiveDemo::Listen() {
  if (options_.listen) return net::Listener::Open(loop_, *options_.listen);
  auto usual = net::Address::Parse(kDefaultListen);
  if (!usual) return std::unexpected(usual.error());
  auto listener = net::Listener::Open(loop_, *usual);
  if (listener || listener.error().code != ErrorCode::kConflict) return listener;
  events_.Add(Format("{} is taken: another port is used", kDefaultListen));
  const auto any = net::Address::FromHostPort("127.0.0.1", 0);
  if (!any) return std::unexpected(any.error());
  return net::Listener::Open(loop_, *any);
}

void LiveDemo::Announce() const {
  const std::string text = Format("{} replicas of the counter and one Redis serve {}\n  curl {}\n",
                                  deployment_.size(), url_, url_);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

net::Task<void> LiveDemo::ReadKeys(Terminal& terminal) {
  for (;;) {
    const char key = co_await terminal.NextKey();
    const auto replica = static_cast<size_t>(key - '1');  // anything that is no digit is too large
    if (key == 'q') co_return;
    if (key == 'r') deployment_.redis()->process().Signal(SIGKILL);
    if (replica < deployment_.size()) deployment_.replica(replica).process().Signal(SIGKILL);
  }
}

net::Task<void> LiveDemo::Redraw(Terminal& terminal) {
  for (;;) {
    terminal.Draw(Render(Look(), terminal.GetCanvas()));
    co_await loop_.Sleep(kFramePause);
  }
}

View LiveDemo::Look() {
  const TimePoint now = loop_.clock().Now();
  const RedisProcess& redis = *deployment_.redis();
  View view;
  view.url = url_;
  view.redis = Format("127.0.0.1:{} {}", redis.port(), redis.ready() ? "ready" : "down");
  view.directory = options_.deployment.directory;
  view.uptime = now - start_;
  view.errors = deployment_.front_door().errors();
  view.load = rate_;
  view.events.assign(events_.recent().begin(), events_.recent().end());
  for (size_t i = 0; i < deployment_.size(); ++i) {
    const Replica& replica = deployment_.replica(i);
    const FrontDoor::Counts& counts = deployment_.front_door().counts(i);
    view.replicas.push_back({.name = replica.name(),
                             .address = replica.address(),
                             .state = replica.state(),
                             .requests = counts.requests,
                             .requests_per_second = meters_[i].Update(counts.requests, now),
                             .last_number = counts.last_number});
  }
  return view;
}

}  // namespace cairn::demo
