#pragma once

// The counter's HTTP interface: the numbers, and the probes and metrics on their own port. The answers are
// those of the original application (docs/counter.md), as Go's net/http gives them.

#include <chrono>
#include <functional>
#include <string>

#include "base/log.h"
#include "counter/instruments.h"
#include "counter/number_source.h"
#include "http/exchange.h"
#include "metrics/registry.h"
#include "net/task.h"

namespace cairn::counter {

// GET /get-number, and the original's answers to everything else.
class NumberHandler final : public http::Handler {
 public:
  struct Options {
    Duration request_timeout = std::chrono::seconds(3);  // how long a request waits for a number
  };

  // All must outlive the handler.
  NumberHandler(const Clock& clock, NumberSource& source, Instruments& instruments, const Logger& logger,
                Options options);

  net::Task<void> Handle(http::Exchange& exchange) override;

 private:
  net::Task<void> GiveNumber(http::Exchange& exchange);
  net::Task<void> AnswerOther(http::Exchange& exchange);
  void AnswerFailure(http::Exchange& exchange, const Error& error);

  const Clock& clock_;
  NumberSource& source_;
  Instruments& instruments_;
  const Logger& logger_;
  LogLimiter failure_log_;
  const Options options_;
};

// /livez, /readyz, /metrics. Liveness never depends on the store: an outage must not restart the fleet.
class AdminHandler final : public http::Handler {
 public:
  // Why the process is not ready to serve, or "" if it is.
  using Unready = std::function<std::string()>;

  AdminHandler(const metrics::Registry& registry, Unready unready)
      : registry_(registry), unready_(std::move(unready)) {}

  net::Task<void> Handle(http::Exchange& exchange) override;

 private:
  const metrics::Registry& registry_;
  const Unready unready_;
};

}  // namespace cairn::counter
