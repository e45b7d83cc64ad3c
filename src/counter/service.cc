#include "counter/service.h"

#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/version.h"
#include "counter/handlers.h"
#include "counter/instruments.h"
#include "counter/source_assembly.h"
#include "http/server.h"
#include "metrics/registry.h"
#include "net/loop.h"
#include "net/signals.h"
#include "net/socket.h"
#include "net/task_group.h"

namespace cairn::counter {

namespace {

std::string_view NameOf(SourceKind kind) {
  switch (kind) {
    case SourceKind::kFile:
      return "file";
    case SourceKind::kRedis:
      return "redis";
    default:
      return "memory";
  }
}

http::ServerOptions ServerOptionsOf(const CounterSettings& settings) {
  http::ServerOptions options;
  options.connections_max = settings.connections_max;
  options.idle_timeout = settings.idle_timeout;
  return options;
}

class Service {
 public:
  Service(const CounterSettings& settings, net::Loop& loop, const Logger& logger, net::SignalSet& signals,
          metrics::Registry& registry, Instruments& instruments, SourceAssembly& assembly)
      : settings_(settings),
        loop_(loop),
        logger_(logger),
        signals_(signals),
        assembly_(assembly),
        numbers_(loop.clock(), assembly.source(), instruments, logger,
                 {.request_timeout = settings.request_timeout}),
        admin_(registry, [this] { return draining_ ? "shutting down" : ""; }),
        server_(loop, numbers_, ServerOptionsOf(settings)),
        admin_server_(loop, admin_) {
    registry.AddGauge("http_server_active_requests", "Requests being answered.",
                      [this] { return static_cast<double>(server_.requests_in_flight()); });
    registry.AddGauge("http_server_connections", "Open connections.",
                      [this] { return static_cast<double>(server_.connections()); });
  }

  Result<> Listen() {
    if (auto listening = ListenOn(server_, settings_.listen, "serving numbers"); !listening) return listening;
    if (!settings_.admin) return {};
    return ListenOn(admin_server_, settings_.admin_listen, "serving probes and metrics");
  }

  net::Task<int> Run() {
    const int signal = co_await signals_.Next();
    logger_.Info("stopping", {{"signal", sigabbrev_np(signal)}, {"connections", server_.connections()}});
    draining_ = true;
    net::TaskGroup impatience(loop_);
    impatience.Spawn(WatchForSecondSignal());
    server_.StartDraining();
    if (!hurried_) co_await hurry_.Wait(loop_.Now() + settings_.shutdown_delay);
    const bool drained = co_await DrainServer();
    if (!drained) logger_.Warn("requests were broken off");
    const auto closed = co_await assembly_.Close();
    if (!closed) logger_.Error("cannot close the source", {{"error", closed.error().message}});
    co_return drained&& closed ? 0 : 1;
  }

 private:
  Result<> ListenOn(http::Server& server, const net::Address& address, std::string_view what) {
    auto listener = net::Listener::Open(loop_, address);
    if (!listener) return std::unexpected(listener.error());
    logger_.Info(what, {{"address", (*listener)->address().ToString()}});
    server.Listen(std::move(*listener));
    return {};
  }

  // True if no request had to be broken off, by the drain timeout or a second signal.
  net::Task<bool> DrainServer() {
    std::optional<bool> drained;
    net::TaskGroup patience(loop_);
    if (!hurried_) {
      patience.Spawn(DrainPatiently(drained));
      if (!drained) co_await hurry_.Wait();
      patience.CancelAll();
    }
    if (!drained) drained = co_await server_.Drain(loop_.Now());
    co_return *drained;
  }

  net::Task<void> DrainPatiently(std::optional<bool>& drained) {
    drained = co_await server_.Drain(loop_.Now() + settings_.drain_timeout);
    hurry_.WakeAll();
  }

  net::Task<void> WatchForSecondSignal() {
    co_await signals_.Next();
    hurried_ = true;
    hurry_.WakeAll();
  }

  const CounterSettings& settings_;
  net::Loop& loop_;
  const Logger& logger_;
  net::SignalSet& signals_;
  SourceAssembly& assembly_;
  bool draining_ = false;
  bool hurried_ = false;
  net::WaitList hurry_{loop_};
  NumberHandler numbers_;
  AdminHandler admin_;
  http::Server server_;
  http::Server admin_server_;
};

}  // namespace

int RunService(const CounterSettings& settings, const Clock& clock, const Logger& logger) {
  net::Loop loop(clock);
  const auto fail = [&logger](const Error& error) {
    logger.Error("cannot start", {{"error", error.message}});
    return 1;
  };
  const auto signals = net::SignalSet::Open(loop, {SIGTERM, SIGINT});
  if (!signals) return fail(signals.error());
  metrics::Registry registry;
  Instruments instruments(registry, Version(), NameOf(settings.source));
  const auto assembly = AssembleSource(loop, settings, logger, instruments);
  if (!assembly) return fail(assembly.error());
  Service service(settings, loop, logger, **signals, registry, instruments, **assembly);
  if (const auto listening = service.Listen(); !listening) return fail(listening.error());
  logger.Info("started", {{"version", Version()}, {"source", NameOf(settings.source)}});
  if (settings.source == SourceKind::kMemory) {
    logger.Warn("numbers are counted in memory: run one replica only, and expect 1 after a restart");
  }
  return loop.Run(service.Run());
}

}  // namespace cairn::counter
