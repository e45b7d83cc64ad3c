#include "check/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/strings.h"
#include "base/text_escape.h"
#include "check/report.h"

namespace cairn::check {
namespace {

// The page and, in it, the field that the points are drawn in.
constexpr double kWidth = 1200;
constexpr double kHeight = 720;
constexpr double kTop = 104;
constexpr double kBottom = 640;
constexpr double kRight = 968;
constexpr double kLegendLeft = 996;
constexpr double kInset = 10;  // between the frame of the field and the outermost points

constexpr int64_t kSecond = 1'000'000'000;  // of the time axis

// Distinct also for who sees few colours; none is red, which marks violations. Beyond them they repeat.
constexpr std::array<std::string_view, 8> kColours{"#0072b2", "#e69f00", "#009e73", "#8e5fb5",
                                                   "#56b4e9", "#8a6d3b", "#4d4d4d", "#b5bd00"};
constexpr std::string_view kRed = "#d62728";
constexpr std::string_view kGreen = "#1a7f37";
constexpr uint64_t kTicksMax = 9;
constexpr size_t kLegendMax = 16;
constexpr size_t kLegendCharacters = 24;
constexpr size_t kTitleCharacters = 96;       // in large letters
constexpr size_t kLongTitleCharacters = 126;  // in smaller ones

std::string Shortened(std::string_view text, size_t characters) {
  if (text.size() <= characters) return std::string(text);
  return std::string(text.substr(0, characters - 3)) + "...";
}

std::string Text(double x, double y, std::string_view attributes, std::string_view text) {
  return Format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes, EscapeMarkup(text));
}

// One axis: integers from `low` to `high` on pixels from `from` to `to`. Distances are unsigned, as they can
// exceed the signed range.
struct Axis {
  int64_t low = 0;
  int64_t high = 0;
  double from = 0;
  double to = 0;

  uint64_t Span() const {
    return std::max<uint64_t>(static_cast<uint64_t>(high) - static_cast<uint64_t>(low), 1);
  }
  double At(int64_t value) const {
    const uint64_t distance = static_cast<uint64_t>(value) - static_cast<uint64_t>(low);
    return from + (to - from) * static_cast<double>(distance) / static_cast<double>(Span());
  }
};

// The smallest of 1, 2 and 5 times a power of ten that gives at most `ticks_max` steps.
int64_t TickStep(uint64_t span, uint64_t ticks_max) {
  uint64_t power = 1;
  for (;; power *= 10) {
    for (const uint64_t step : {power, 2 * power, 5 * power}) {
      if (span / step <= ticks_max) return static_cast<int64_t>(step);
    }
  }
}

// The multiples of `step` on the axis.
std::vector<int64_t> Ticks(const Axis& axis, int64_t step) {
  const int64_t remainder = axis.low % step;
  const int64_t up = remainder == 0 ? 0 : remainder > 0 ? step - remainder : -remainder;
  std::vector<int64_t> ticks;
  const uint64_t span = static_cast<uint64_t>(axis.high) - static_cast<uint64_t>(axis.low);
  auto offset = static_cast<uint64_t>(up);
  while (offset <= span) {
    ticks.push_back(static_cast<int64_t>(static_cast<uint64_t>(axis.low) + offset));
    if (span - offset < static_cast<uint64_t>(step)) break;  // the sum could exceed 64 bits
    offset += static_cast<uint64_t>(step);
  }
  return ticks;
}

// Nanoseconds as seconds with the decimals that `step` needs.
std::string SecondsLabel(int64_t ns, int64_t step) {
  int decimals = 0;
  for (int64_t unit = kSecond; decimals < 9 && step % unit != 0; unit /= 10) ++decimals;
  return Format("{:.{}f}", static_cast<double>(ns) / 1e9, decimals);
}

// A set of dots as one path: lines of no length with round ends.
class Dots {
 public:
  void Add(double x, double y) { path_ += Format("M{:.1f} {:.1f}h0", x, y); }
  std::string Element(std::string_view colour, double diameter, double opacity) const {
    if (path_.empty()) return "";
    return Format(
        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"round\" "
        "stroke-opacity=\"{}\"/>\n",
        path_, colour, diameter, opacity);
  }

 private:
  std::string path_;
};

class Plot {
 public:
  Plot(const History& history, const Verdict& verdict, const PlotOptions& options)
      : history_(history), verdict_(verdict), options_(options) {
    time_.high = verdict.numbers == 0 ? kSecond : 0;
    time_.to = kRight - kInset;
    number_ = {verdict.lowest.value_or(0), verdict.highest.value_or(1), kBottom - kInset, kTop + kInset};
    for (const Operation& operation : history.operations()) {
      if (operation.outcome == Outcome::kNumber) time_.high = std::max(time_.high, operation.end_ns);
    }
    // The widest label decides where the field begins.
    number_step_ = TickStep(number_.Span(), kTicksMax);
    size_t characters = 0;
    for (const int64_t tick : Ticks(number_, number_step_))
      characters = std::max(characters, Grouped(tick).size());
    left_ = 62 + 7.2 * static_cast<double>(characters);
    time_.from = left_ + kInset;
  }

  std::string Svg() const {
    std::string svg = Format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\" font-size=\"13\" "
        "fill=\"#24292f\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        kWidth, kHeight);
    return svg + Title() + Axes() + Points() + Legend() + "</svg>\n";
  }

 private:
  std::string Title() const {
    const std::string line = VerdictLine(verdict_);
    const size_t colon = line.find(": ");
    std::string svg = Format("<rect x=\"32\" y=\"24\" width=\"64\" height=\"28\" rx=\"5\" fill=\"{}\"/>\n",
                             verdict_.ok ? kGreen : kRed);
    svg += Text(64, 44, "fill=\"#ffffff\" font-size=\"16\" font-weight=\"bold\" text-anchor=\"middle\"",
                line.substr(0, colon));
    const std::string sentence = line.substr(colon + 2);
    svg += Text(110, 44,
                Format("font-size=\"{}\" font-weight=\"bold\"", sentence.size() > kTitleCharacters ? 13 : 17),
                Shortened(sentence, kLongTitleCharacters));
    const size_t addresses = history_.addresses().size();
    return svg +
           Text(32, 78, "fill=\"#57606a\"",
                Format("The number of each answer against the time at which it arrived: {} request{} to {} "
                       "address{}",
                       Grouped(history_.size()), history_.size() == 1 ? "" : "s", addresses,
                       addresses == 1 ? "" : "es"));
  }

  std::string Axes() const {
    std::string svg;
    for (const int64_t tick : Ticks(number_, number_step_)) {
      const double y = number_.At(tick);
      svg += Format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#e6e8eb\"/>\n", left_, y, kRight);
      svg += Text(left_ - 10, y + 4.5, "text-anchor=\"end\"", Grouped(tick));
    }
    const int64_t step = TickStep(time_.Span(), kTicksMax);
    for (const int64_t tick : Ticks(time_, step)) {
      const double x = time_.At(tick);
      svg += Format("<path d=\"M{:.1f} {:.1f}V{:.1f}\" stroke=\"#e6e8eb\"/>\n", x, kTop, kBottom);
      svg += Text(x, kBottom + 22, "text-anchor=\"middle\"", SecondsLabel(tick, step));
    }
    svg += Format("<path d=\"M{0:.1f} {1:.1f}V{2:.1f}H{3:.1f}\" fill=\"none\" stroke=\"#8c959f\"/>\n", left_,
                  kTop, kBottom, kRight);
    svg += Text((left_ + kRight) / 2, kBottom + 50, "text-anchor=\"middle\" fill=\"#57606a\"",
                "seconds since the start of the run");
    const double middle = (kTop + kBottom) / 2;
    return svg +
           Text(32, middle,
                Format("text-anchor=\"middle\" fill=\"#57606a\" transform=\"rotate(-90 32 {:.1f})\"", middle),
                "number");
  }

  // The answers to draw: those with violations, or the others. Of answers in the same square of `square`
  // pixels the first one stands for all; if there are still too many, every k-th is taken.
  std::vector<size_t> Chosen(bool violating, double square, size_t bound) const {
    std::vector<size_t> chosen;
    std::unordered_set<uint64_t> taken;
    for (size_t i = 0; i < history_.size(); ++i) {
      const Operation& operation = history_.operations()[i];
      if (operation.outcome != Outcome::kNumber || verdict_.violating[i] != violating) continue;
      const auto column = static_cast<uint64_t>(time_.At(operation.end_ns) / square);
      const auto row = static_cast<uint64_t>(number_.At(operation.number) / square);
      if (taken.insert(column << 32 | row).second) chosen.push_back(i);
    }
    const size_t every = (chosen.size() + bound - 1) / std::max<size_t>(bound, 1);
    if (every > 1) {
      size_t kept = 0;
      for (size_t i = 0; i < chosen.size(); i += every) chosen[kept++] = chosen[i];
      chosen.resize(kept);
    }
    return chosen;
  }

  std::string DotsByAddress(const std::vector<size_t>& operations, double diameter) const {
    std::vector<Dots> dots(std::min(history_.addresses().size(), kColours.size()));
    for (const size_t i : operations) {
      const Operation& operation = history_.operations()[i];
      dots[operation.address % kColours.size()].Add(time_.At(operation.end_ns), number_.At(operation.number));
    }
    std::string svg;
    for (size_t i = 0; i < dots.size(); ++i) svg += dots[i].Element(kColours[i], diameter, 0.9);
    return svg;
  }

  std::string Points() const {
    const std::vector<size_t> points = Chosen(false, 1.5, options_.points_max);
    const std::vector<size_t> marks = Chosen(true, 1.5, options_.marks_max);
    const size_t drawn = points.size() + marks.size();
    const double diameter = drawn < 100 ? 7 : drawn < 600 ? 5 : 3.2;
    Dots halos;
    for (const size_t i : marks) {
      const Operation& operation = history_.operations()[i];
      halos.Add(time_.At(operation.end_ns), number_.At(operation.number));
    }
    return DotsByAddress(points, diameter) + halos.Element(kRed, diameter + 5, 1) +
           DotsByAddress(marks, diameter);
  }

  std::string Legend() const {
    std::string svg = Text(kLegendLeft, kTop + 12, "font-weight=\"bold\"", "Address");
    const std::vector<std::string>& addresses = history_.addresses();
    double y = kTop + 38;
    const auto entry = [&](std::string_view colour, double diameter, std::string_view text) {
      Dots dot;
      dot.Add(kLegendLeft + 7, y - 4.5);
      svg += dot.Element(colour, diameter, 1) + Text(kLegendLeft + 24, y, "", text);
      y += 24;
    };
    for (size_t i = 0; i < std::min(addresses.size(), kLegendMax); ++i) {
      entry(kColours[i % kColours.size()], 9, Shortened(addresses[i], kLegendCharacters));
    }
    if (addresses.size() > kLegendMax) {
      svg +=
          Text(kLegendLeft + 24, y, "fill=\"#57606a\"", Format("and {} more", addresses.size() - kLegendMax));
      y += 24;
    }
    const auto marked = std::ranges::count(verdict_.violating, true);
    if (marked == 0) return svg;
    y += 12;
    entry(kRed, 13, Format("in a violation: {}", Grouped(marked)));
    Dots inner;
    inner.Add(kLegendLeft + 7, y - 24 - 4.5);
    return svg + inner.Element("#ffffff", 6, 1);
  }

  const History& history_;
  const Verdict& verdict_;
  const PlotOptions options_;
  Axis time_;    // of the ends, from 0
  Axis number_;  // upwards
  int64_t number_step_ = 1;
  double left_ = 0;  // of the field
};

}  // namespace

std::string PlotSvg(const History& history, const Verdict& verdict, const PlotOptions& options) {
  return Plot(history, verdict, options).Svg();
}

}  // namespace cairn::check
