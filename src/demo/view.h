#pragma once

// The live view, as text: a pure function from what is known to a frame.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "demo/replica.h"

namespace cairn::demo {

// What a terminal can show.
struct Canvas {
  size_t columns = 80;
  size_t rows = 24;
  bool coloured = true;
  bool utf8 = true;
};

struct ReplicaRow {
  std::string name;
  std::string address;
  ReplicaState state = ReplicaState::kDown;
  uint64_t requests = 0;
  double requests_per_second = 0;
  std::optional<int64_t> last_number = std::nullopt;
};

struct View {
  std::string url;
  std::string redis;      // where it is, and its state
  std::string directory;  // of the logs
  Duration uptime{};
  std::vector<ReplicaRow> replicas;
  uint64_t errors = 0;
  int load = 0;                     // the demo's own requests a second
  std::vector<std::string> events;  // the last ones
};

// The escape sequences that replace what a terminal shows by `view`. No line is wider and nothing higher than
// the canvas: what does not fit is left out at the right and at the bottom.
std::string Render(const View& view, const Canvas& canvas);

// A frequency over the last two seconds, from a total that is looked at now and then.
class RateMeter {
 public:
  // The rate per second, `total` being the count at `now`.
  double Update(uint64_t total, TimePoint now);

 private:
  struct Sample {
    TimePoint time{};
    uint64_t total = 0;
  };
  static constexpr size_t kSamples = 9;  // two seconds, at four updates a second

  std::array<Sample, kSamples> samples_;
  size_t count_ = 0;
};

}  // namespace cairn::demo
