#include "counter/instruments.h"

#include <iterator>
#include <string>

namespace cairn::counter {

Instruments::Instruments(metrics::Registry& registry, std::string_view version, std::string_view source)
    : request_seconds_(registry.AddHistogram("http_server_request_duration_seconds",
                                             "Time from a request's head to its response.",
                                             metrics::LatencyBounds())),
      numbers_issued_(registry.AddCounter("counter_numbers_issued_total", "Numbers given to clients.")),
      batch_size_(registry.AddHistogram("counter_batch_size", "Requests that shared one step of the source.",
                                        {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000})),
      step_seconds_(registry.AddHistogram("counter_backend_roundtrip_seconds",
                                          "Time that one step of the source took.",
                                          metrics::LatencyBounds())),
      regressions_(registry.AddCounter("counter_regressions_total",
                                       "Times that the store was found to have forgotten numbers.")),
      fail_overs_(
          registry.AddCounter("counter_failovers_total",
                              "Times that numbering went on above a store that restarted or was replaced.")),
      epoch_(registry.AddGauge("counter_epoch", "The ledger's epoch; 0 without a ledger.")),
      window_remaining_(
          registry.AddGauge("counter_window_remaining", "Numbers left in the ledger's window.")) {
  registry
      .AddGauge("build_info", "1; the labels say what runs.",
                {{"version", std::string(version)}, {"source", std::string(source)}})
      .Set(1);
  for (size_t i = 0; i < std::size(failures_); ++i) {
    failures_[i] =
        &registry.AddCounter("counter_backend_errors_total", "Requests that got no number, by reason.",
                             {{"kind", std::string(ToString(static_cast<ErrorCode>(i)))}});
  }
}

void Instruments::OnFailure(ErrorCode code) {
  failures_[static_cast<size_t>(code)]->Increment();
}

}  // namespace cairn::counter
