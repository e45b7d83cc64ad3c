#include "metrics/registry.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <concepts>
#include <utility>

namespace cairn::metrics {
namespace {

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

[[maybe_unused]] bool IsMetricName(std::string_view name) {
  return !name.empty() && !IsDigit(name[0]) &&
         std::ranges::all_of(name, [](char c) { return IsLetter(c) || IsDigit(c) || c == ':'; });
}

[[maybe_unused]] bool IsLabelName(std::string_view name) {
  return IsMetricName(name) && name.find(':') == std::string_view::npos && !name.starts_with("__") &&
         name != "le";
}

[[maybe_unused]] bool AreLabels(const Labels& labels) {
  return std::ranges::all_of(labels, [&](const Label& label) {
    return IsLabelName(label.name) && std::ranges::count(labels, label.name, &Label::name) == 1;
  });
}

void AppendNumber(std::string& out, std::integral auto value) {
  out += std::to_string(value);
}

void AppendNumber(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Inf" : "+Inf";
  } else {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  }
}

void AppendEscaped(std::string& out, std::string_view text, bool quoting) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quoting && c == '"')) out += '\\';
      out += c;
    }
  }
}

// `NAME{LABELS,le="BOUND"} VALUE`, the parts that are empty left out.
void AppendSample(std::string& out, std::string_view name, std::string_view suffix, const Labels& labels,
                  std::string_view bound, auto value) {
  out += name;
  out += suffix;
  char separator = '{';
  const auto append_label = [&](std::string_view label, std::string_view text) {
    out += std::exchange(separator, ',');
    out += label;
    out += "=\"";
    AppendEscaped(out, text, /*quoting=*/true);
    out += '"';
  };
  for (const Label& label : labels) append_label(label.name, label.value);
  if (!bound.empty()) append_label("le", bound);
  if (separator == ',') out += '}';
  out += ' ';
  AppendNumber(out, value);
  out += '\n';
}

void AppendHistogram(std::string& out, std::string_view name, const Labels& labels,
                     const Histogram& histogram) {
  uint64_t count = 0;
  for (size_t i = 0; i < histogram.counts().size(); ++i) {
    count += histogram.counts()[i];
    std::string bound = "+Inf";
    if (i < histogram.upper_bounds().size()) {
      bound.clear();
      AppendNumber(bound, histogram.upper_bounds()[i]);
    }
    AppendSample(out, name, "_bucket", labels, bound, count);
  }
  AppendSample(out, name, "_sum", labels, {}, histogram.sum());
  AppendSample(out, name, "_count", labels, {}, count);
}

}  // namespace

Histogram::Histogram(std::vector<double> upper_bounds)
    : upper_bounds_(std::move(upper_bounds)), counts_(upper_bounds_.size() + 1) {
  assert(std::ranges::adjacent_find(upper_bounds_, std::greater_equal<>()) == upper_bounds_.end());
  assert(std::ranges::all_of(upper_bounds_, [](double bound) { return std::isfinite(bound); }));
}

void Histogram::Observe(double value) {
  // Not lower_bound: the negation sends what is not a number to the end.
  const auto bucket =
      std::ranges::partition_point(upper_bounds_, [value](double bound) { return !(value <= bound); });
  ++counts_[static_cast<size_t>(bucket - upper_bounds_.begin())];
  sum_ += value;
}

std::vector<double> LatencyBounds() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Registry::Metric& Registry::Add(std::string_view name, std::string_view help, Type type, Labels labels,
                                Metric metric) {
  assert(IsMetricName(name));
  assert(AreLabels(labels));
  auto family = std::ranges::find(families_, name, &Family::name);
  if (family == families_.end()) {
    families_.push_back({std::string(name), std::string(help), type, {}});
    family = families_.end() - 1;
  }
  assert(family->type == type);
  assert(std::ranges::find(family->series, labels, &Series::labels) == family->series.end());
  return family->series.emplace_back(std::move(labels), std::move(metric)).metric;
}

Counter& Registry::AddCounter(std::string_view name, std::string_view help, Labels labels) {
  return std::get<Counter>(Add(name, help, Type::kCounter, std::move(labels), Counter()));
}

Gauge& Registry::AddGauge(std::string_view name, std::string_view help, Labels labels) {
  return std::get<Gauge>(Add(name, help, Type::kGauge, std::move(labels), Gauge()));
}

Histogram& Registry::AddHistogram(std::string_view name, std::string_view help,
                                  std::vector<double> upper_bounds, Labels labels) {
  return std::get<Histogram>(
      Add(name, help, Type::kHistogram, std::move(labels), Histogram(std::move(upper_bounds))));
}

void Registry::AddGauge(std::string_view name, std::string_view help, Read read, Labels labels) {
  Add(name, help, Type::kGauge, std::move(labels), std::move(read));
}

void Registry::AddCounter(std::string_view name, std::string_view help, Read read, Labels labels) {
  Add(name, help, Type::kCounter, std::move(labels), std::move(read));
}

std::string Registry::Text() const {
  std::string out;
  for (const Family& family : families_) AppendFamily(out, family);
  return out;
}

void Registry::AppendFamily(std::string& out, const Family& family) {
  out += "# HELP " + family.name + " ";
  AppendEscaped(out, family.help, /*quoting=*/false);
  out += "\n# TYPE " + family.name;
  out += family.type == Type::kCounter ? " counter\n"
         : family.type == Type::kGauge ? " gauge\n"
                                       : " histogram\n";
  for (const auto& [labels, metric] : family.series) {
    if (const auto* histogram = std::get_if<Histogram>(&metric)) {
      AppendHistogram(out, family.name, labels, *histogram);
    } else if (const auto* counter = std::get_if<Counter>(&metric)) {
      AppendSample(out, family.name, {}, labels, {}, counter->value());
    } else if (const auto* gauge = std::get_if<Gauge>(&metric)) {
      AppendSample(out, family.name, {}, labels, {}, gauge->value());
    } else {
      AppendSample(out, family.name, {}, labels, {}, std::get<Read>(metric)());
    }
  }
}

}  // namespace cairn::metrics
