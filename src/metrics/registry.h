#pragma once

// Metrics in Prometheus' text format, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
//
// A registry and all that it owns belong to one thread: an increment is a plain addition. Programs with
// several loops keep one registry a loop. The set of metrics is fixed when the program is wired: labels are
// given at creation and cannot grow with what clients send.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cairn::metrics {

// The Content-Type of Registry::Text.
inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

// A number of events; only grows.
class Counter {
 public:
  void Increment(uint64_t by = 1) { value_ += by; }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0;
};

// A quantity that goes up and down, in base units (seconds, bytes).
class Gauge {
 public:
  void Set(double value) { value_ = value; }
  void Add(double by) { value_ += by; }
  double value() const { return value_; }

 private:
  double value_ = 0;
};

// How often observed values fall into fixed ranges.
class Histogram {
 public:
  // `upper_bounds` are inclusive, finite and ascending; above the last one there is a bucket for the rest.
  explicit Histogram(std::vector<double> upper_bounds);

  // A value that is not a number is counted, as Prometheus' clients do it, above all bounds.
  void Observe(double value);

  const std::vector<double>& upper_bounds() const { return upper_bounds_; }
  const std::vector<uint64_t>& counts() const {
    return counts_;
  }  // per bucket, not cumulative; one more than bounds
  double sum() const { return sum_; }

 private:
  std::vector<double> upper_bounds_;
  std::vector<uint64_t> counts_;
  double sum_ = 0;
};

// Bounds in seconds for the latency of requests: 100 us to 10 s, three a decade.
std::vector<double> LatencyBounds();

struct Label {
  std::string name;   // [a-zA-Z_][a-zA-Z0-9_]*, neither beginning with "__" nor "le"
  std::string value;  // UTF-8
  friend bool operator==(const Label&, const Label&) = default;
};
using Labels = std::vector<Label>;

// Owns the metrics; the references that it gives stay valid as long as it lives.
//
// Names match [a-zA-Z_:][a-zA-Z0-9_:]*. Metrics of one name, a family, have the same type and help (the first
// one's counts) and differ in their labels. Anything else is a bug, found by assertions.
class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& AddCounter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& AddGauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& AddHistogram(std::string_view name, std::string_view help, std::vector<double> upper_bounds,
                          Labels labels = {});

  // A value that is asked for when the text is made. `read` stays callable as long as the registry lives.
  using Read = std::function<double()>;
  void AddGauge(std::string_view name, std::string_view help, Read read, Labels labels = {});

  // Counts events elsewhere: `read` never goes back.
  void AddCounter(std::string_view name, std::string_view help, Read read, Labels labels = {});

  // All metrics, families in the order of their creation.
  std::string Text() const;

 private:
  enum class Type { kCounter, kGauge, kHistogram };
  using Metric = std::variant<Counter, Gauge, Histogram, Read>;
  struct Series {
    Labels labels;
    Metric metric;
  };
  struct Family {
    std::string name;
    std::string help;
    Type type;
    std::deque<Series> series;  // does not move its elements
  };

  Metric& Add(std::string_view name, std::string_view help, Type type, Labels labels, Metric metric);
  static void AppendFamily(std::string& out, const Family& family);

  std::deque<Family> families_;
};

}  // namespace cairn::metrics
