#pragma once

// What happened to the demo's processes, for its log file and for the last lines of its view.

#include <cstddef>
#include <deque>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/strings.h"

namespace cairn::demo {

class EventLog {
 public:
  static constexpr size_t kRecentMax = 3;

  // Both must outlive it.
  EventLog(const Clock& clock, const Logger& logger) : clock_(clock), logger_(logger), start_(clock.Now()) {}

  // `text` is a sentence without a full stop.
  void Add(const std::string& text) {
    logger_.Info(text);
    const std::chrono::duration<double> elapsed = clock_.Now() - start_;
    recent_.push_back(Format("{:>7.1f} s  {}", elapsed.count(), text));
    if (recent_.size() > kRecentMax) recent_.pop_front();
  }

  // At most kRecentMax, the oldest first, each with the time since the start.
  const std::deque<std::string>& recent() const { return recent_; }

 private:
  const Clock& clock_;
  const Logger& logger_;
  const TimePoint start_;
  std::deque<std::string> recent_;
};

}  // namespace cairn::demo
