#include "demo/view.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

#include "base/strings.h"
#include "base/text_escape.h"
#include "check/report.h"

namespace cairn::demo {

namespace {

constexpr std::string_view kPlain = "";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";

constexpr size_t kBarColumns = 12;

// Lines of a frame, clipped to the canvas; every character is taken to be one column wide.
class Painter {
 public:
  explicit Painter(const Canvas& canvas) : canvas_(canvas), left_(canvas.columns) {}

  void Add(std::string_view text, std::string_view style = kPlain) {
    std::string safe;
    AppendEscaped(safe, text, /*quoting=*/false);
    const bool styled = canvas_.coloured && !style.empty();
    if (styled) line_ += style;
    for (std::string_view rest = safe; !rest.empty() && left_ > 0; --left_) {
      const size_t bytes = Utf8Length(rest);
      line_ += rest.substr(0, bytes);
      rest.remove_prefix(bytes);
    }
    if (styled) line_ += kReset;
  }

  void EndLine() {
    if (lines_ < canvas_.rows) {
      if (lines_ > 0) frame_ += "\r\n";
      frame_ += line_;
      frame_ += kClearLine;
      ++lines_;
    }
    line_.clear();
    left_ = canvas_.columns;
  }

  std::string Frame() const { return Format("{}{}{}", kHome, frame_, kClearBelow); }

 private:
  const Canvas canvas_;
  std::string frame_;
  std::string line_;
  size_t lines_ = 0;
  size_t left_;
};

std::string_view StyleOf(ReplicaState state) {
  switch (state) {
    case ReplicaState::kReady:
      return kGreen;
    case ReplicaState::kDown:
      return kRed;
    default:
      return kYellow;
  }
}

std::string Bar(double part, bool utf8) {
  const auto columns = static_cast<size_t>(std::lround(std::clamp(part, 0.0, 1.0) * kBarColumns));
  std::string bar;
  for (size_t i = 0; i < columns; ++i) bar += utf8 ? "\u2588" : "#";
  return bar;
}

std::string NumberText(std::optional<int64_t> number) {
  return number ? check::Grouped(*number) : "-";
}

void AddReplica(Painter& painter, const ReplicaRow& row, double rate_max, bool utf8) {
  painter.Add(Format("  {:<11}", row.name));
  painter.Add(Format("{:<17}", row.address.empty() ? "-" : row.address));
  painter.Add(Format("{:<10}", ToString(row.state)), StyleOf(row.state));
  painter.Add(Format("{:>10}{:>8.1f}", check::Grouped(row.requests), row.requests_per_second));
  painter.Add(Format("{:>10}  ", NumberText(row.last_number)));
  painter.Add(Bar(rate_max > 0 ? row.requests_per_second / rate_max : 0, utf8), kGreen);
  painter.EndLine();
}

void AddTotals(Painter& painter, const View& view) {
  uint64_t requests = 0;
  double rate = 0;
  std::optional<int64_t> last;
  for (const ReplicaRow& row : view.replicas) {
    requests += row.requests;
    rate += row.requests_per_second;
    last = std::max(last, row.last_number);
  }
  painter.Add(Format("  {:<38}{:>10}{:>8.1f}{:>10}", "all", check::Grouped(requests), rate, NumberText(last)),
              kBold);
  painter.Add(Format("  {} errors", check::Grouped(view.errors)), view.errors > 0 ? kRed : kPlain);
  painter.EndLine();
}

}  // namespace

std::string Render(const View& view, const Canvas& canvas) {
  Painter painter(canvas);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(view.uptime).count();
  painter.Add("  Cairn: one counter, several replicas", kBold);
  painter.Add(Format("   {}:{:02}", seconds / 60, seconds % 60), kDim);
  painter.EndLine();
  painter.Add("  $ ", kDim);
  painter.Add("curl " + view.url, kBold);
  painter.EndLine();
  painter.EndLine();
  painter.Add(Format("  {:<11}{:<17}{:<10}{:>10}{:>8}{:>10}", "replica", "address", "state", "requests", "/s",
                     "number"),
              kDim);
  painter.EndLine();
  double rate_max = 0;
  for (const ReplicaRow& row : view.replicas) rate_max = std::max(rate_max, row.requests_per_second);
  for (const ReplicaRow& row : view.replicas) AddReplica(painter, row, rate_max, canvas.utf8);
  AddTotals(painter, view);
  painter.EndLine();
  painter.Add(Format("  redis {}; own load {} requests/s", view.redis, view.load));
  painter.EndLine();
  painter.Add(Format("  logs in {}", view.directory), kDim);
  painter.EndLine();
  painter.EndLine();
  for (const std::string& event : view.events) {
    painter.Add(event, kDim);
    painter.EndLine();
  }
  painter.EndLine();
  const std::string keys = view.replicas.size() > 1 ? Format("1-{}", view.replicas.size()) : "1";
  painter.Add(Format("  {} kills that replica, r kills Redis; Ctrl-C stops everything", keys));
  painter.EndLine();
  return painter.Frame();
}

double RateMeter::Update(uint64_t total, TimePoint now) {
  if (count_ == kSamples) {
    std::ranges::rotate(samples_, samples_.begin() + 1);
    --count_;
  }
  samples_[count_++] = {now, total};
  const Sample& oldest = samples_.front();
  const std::chrono::duration<double> span = now - oldest.time;
  return span.count() > 0 ? static_cast<double>(total - oldest.total) / span.count() : 0;
}

}  // namespace cairn::demo
