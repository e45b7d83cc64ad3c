#include "base/log.h"

#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "base/text_escape.h"

namespace cairn {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
// Kept free for what ends a line: an ellipsis, a quote, the truncation mark, a brace and the newline.
constexpr size_t kTailBytes = 32;

struct LevelName {
  std::string_view json;
  std::string_view text;
  std::string_view colour;
};

LevelName NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return {"debug", "DEBUG", "\x1b[2m"};
    case LogLevel::kInfo:
      return {"info", "INFO ", "\x1b[32m"};
    case LogLevel::kWarn:
      return {"warn", "WARN ", "\x1b[33m"};
    case LogLevel::kError:
      break;
  }
  return {"error", "ERROR", "\x1b[31m"};
}

std::string FormatTime(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<milliseconds>(time - day));
  return Format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

// A text value that a reader could mistake for something else goes between quotes.
bool NeedsQuotes(std::string_view text) {
  text = text.substr(0, Logger::kLineBytesMax);
  std::string escaped;
  AppendEscaped(escaped, text, /*quoting=*/true);
  return text.empty() || escaped != text || text.find_first_of(" =") != std::string_view::npos;
}

std::string NumberText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

// One line, kept within Logger::kLineBytesMax.
class Line {
 public:
  Line(LogFormat format, std::string& out) : json_(format == LogFormat::kJson), out_(out) {}

  // A string of its own, without a key.
  void AppendMessage(std::string_view message) {
    if (json_) out_ += '"';
    AppendBounded(message, json_);
    if (json_) out_ += '"';
  }

  void AppendField(const LogField& field) {
    const size_t begin = out_.size();
    out_ += json_ ? "," : " ";
    if (json_) out_ += '"';
    AppendBounded(field.key, /*quoting=*/true);
    out_ += json_ ? "\":" : "=";
    if (out_.size() + kTailBytes >= kLimit) {
      out_.resize(begin);
      truncated_ = true;
      return;
    }
    std::visit([&](auto value) { AppendValue(value); }, field.value.variant());
  }

  void End() {
    if (truncated_) out_ += json_ ? R"(,"truncated":true)" : " truncated=true";
    if (json_) out_ += '}';
    out_ += '\n';
  }

 private:
  static constexpr size_t kLimit = Logger::kLineBytesMax - kTailBytes;

  void AppendValue(std::string_view text) {
    const bool quoted = json_ || NeedsQuotes(text);
    if (quoted) out_ += '"';
    AppendBounded(text, quoted);
    if (quoted) out_ += '"';
  }
  void AppendValue(double value) {
    const std::string text = NumberText(value);
    out_ += std::isfinite(value) || !json_ ? text : Quote(text);
  }
  void AppendValue(bool value) { out_ += value ? "true" : "false"; }
  void AppendValue(std::integral auto value) { out_ += Format("{}", value); }

  void AppendBounded(std::string_view text, bool quoting) {
    if (AppendEscaped(out_, text, quoting, kLimit > out_.size() ? kLimit - out_.size() : 0)) return;
    out_ += kEllipsis;
    truncated_ = true;
  }

  bool json_;
  bool truncated_ = false;
  std::string& out_;
};

}  // namespace

Logger::Logger(const Clock& clock, LogOptions options) : clock_(clock), options_(options) {
  const char* no_color = std::getenv("NO_COLOR");
  coloured_ = options.format == LogFormat::kText && ::isatty(options.fd) == 1 &&
              (no_color == nullptr || *no_color == '\0');
}

void Logger::Log(LogLevel level, std::string_view message, LogFields fields) const {
  if (!Enabled(level)) return;
  const LevelName name = NameOf(level);
  const std::string time = FormatTime(clock_.WallNow());
  std::string out;
  if (options_.format == LogFormat::kJson) {
    out = Format(R"({{"time":"{}","level":"{}","msg":)", time, name.json);
  } else if (coloured_) {
    out = Format("{} {}{}\x1b[0m ", time, name.colour, name.text);
  } else {
    out = Format("{} {} ", time, name.text);
  }
  Line line(options_.format, out);
  line.AppendMessage(message);
  for (const LogField& field : fields) {
    assert(field.key != "time" && field.key != "level" && field.key != "msg" && field.key != "truncated");
    line.AppendField(field);
  }
  line.End();
  assert(out.size() <= kLineBytesMax);
  while (::write(options_.fd, out.data(), out.size()) < 0 && errno == EINTR) {
  }
}

bool LogLimiter::Allow() {
  const TimePoint now = clock_.Now();
  if (used_ && now - last_ < every_) {
    ++refused_;
    return false;
  }
  used_ = true;
  last_ = now;
  suppressed_ = std::exchange(refused_, 0);
  return true;
}

}  // namespace cairn
