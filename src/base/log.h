#pragma once

// Structured log lines: a fixed message that can be searched for, and fields that say the particulars.
//
//   log.Info("listening", {{"address", address}, {"port", 80}});
//
//   json  {"time":"2026-01-02T03:04:05.678Z","level":"info","msg":"listening","address":"::1","port":80}
//   text  2026-01-02T03:04:05.678Z INFO  listening address=::1 port=80
//
// Whatever bytes a message or value holds, a line is one line of valid UTF-8 (see AppendEscaped), and in
// `json` one valid JSON object. It has at most Logger::kLineBytesMax bytes, the size up to which pipes and
// terminals do not mix lines of several processes: a string that does not fit is cut and ends in "…", later
// fields that do not fit are left out, and a field truncated=true says so.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"

namespace cairn {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : uint8_t { kJson, kText };

// A string (a view: it must live until the line is written), an integer, a double (not finite: written as the
// string "nan", "inf" or "-inf"), or a bool.
class LogValue {
 public:
  using Variant = std::variant<std::string_view, int64_t, uint64_t, double, bool>;

  LogValue(std::string_view text) : value_(text) {}
  LogValue(const std::string& text) : value_(std::string_view(text)) {}
  LogValue(const char* text) : value_(std::string_view(text)) {}
  LogValue(bool value) : value_(value) {}
  LogValue(double value) : value_(value) {}
  LogValue(std::signed_integral auto value) : value_(static_cast<int64_t>(value)) {}
  LogValue(std::unsigned_integral auto value) : value_(static_cast<uint64_t>(value)) {}

  const Variant& variant() const { return value_; }

 private:
  Variant value_;
};

// `key` is a literal of the program in snake_case, other than "time", "level", "msg" and "truncated".
struct LogField {
  std::string_view key;
  LogValue value;
};
using LogFields = std::initializer_list<LogField>;

struct LogOptions {
  int fd = 2;  // borrowed; stays open as long as the logger
  LogLevel level_min = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

// Writes each line with one write(2), at once. A line that cannot be written is lost: no program stops
// because its log has nowhere to go. A reader that does not read makes the writer wait, unless `fd` does not
// block. Any number of threads may use one logger.
class Logger {
 public:
  static constexpr size_t kLineBytesMax = 4096;

  // `clock` outlives the logger. Levels are coloured in text on a terminal, unless NO_COLOR is in the
  // environment and not empty (https://no-color.org).
  explicit Logger(const Clock& clock, LogOptions options = {});

  bool Enabled(LogLevel level) const { return level >= options_.level_min; }

  void Debug(std::string_view message, LogFields fields = {}) const {
    Log(LogLevel::kDebug, message, fields);
  }
  void Info(std::string_view message, LogFields fields = {}) const { Log(LogLevel::kInfo, message, fields); }
  void Warn(std::string_view message, LogFields fields = {}) const { Log(LogLevel::kWarn, message, fields); }
  void Error(std::string_view message, LogFields fields = {}) const {
    Log(LogLevel::kError, message, fields);
  }
  void Log(LogLevel level, std::string_view message, LogFields fields = {}) const;

 private:
  const Clock& clock_;
  LogOptions options_;
  bool coloured_;
};

// Keeps an error loop from flooding the log: one line per `every`.
//
//   if (limiter.Allow()) log.Warn("cannot connect", {{"suppressed", limiter.suppressed()}});
//
// Belongs to one thread.
class LogLimiter {
 public:
  // `clock` outlives the limiter.
  LogLimiter(const Clock& clock, Duration every) : clock_(clock), every_(every) {}

  // Whether the line may be written: the first one, and then those at least `every` after the last allowed
  // one.
  bool Allow();

  // How many lines were refused between the last allowed one and the one before it.
  uint64_t suppressed() const { return suppressed_; }

 private:
  const Clock& clock_;
  Duration every_;
  TimePoint last_{};
  bool used_ = false;
  uint64_t refused_ = 0;
  uint64_t suppressed_ = 0;
};

}  // namespace cairn
