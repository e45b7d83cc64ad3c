#pragma once

// The counter's metrics, in one place. docs/counter.md lists them.

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "counter/source_events.h"
#include "metrics/registry.h"

namespace cairn::counter {

class Instruments final : public SourceEvents {
 public:
  // `registry` must outlive this.
  Instruments(metrics::Registry& registry, std::string_view version, std::string_view source);

  void OnNumber() { numbers_issued_.Increment(); }
  void OnBatch(int64_t size) { batch_size_.Observe(static_cast<double>(size)); }
  void OnFailure(ErrorCode code);
  metrics::Histogram& request_seconds() { return request_seconds_; }
  metrics::Histogram& step_seconds() { return step_seconds_; }

  void OnRegression() override { regressions_.Increment(); }
  void OnFailOver() override { fail_overs_.Increment(); }
  void OnWindow(int64_t epoch, int64_t remaining) override {
    epoch_.Set(static_cast<double>(epoch));
    window_remaining_.Set(static_cast<double>(remaining));
  }

 private:
  metrics::Histogram& request_seconds_;
  metrics::Counter& numbers_issued_;
  metrics::Histogram& batch_size_;
  metrics::Histogram& step_seconds_;
  metrics::Counter* failures_[9] = {};  // by ErrorCode
  metrics::Counter& regressions_;
  metrics::Counter& fail_overs_;
  metrics::Gauge& epoch_;
  metrics::Gauge& window_remaining_;
};

}  // namespace cairn::counter
