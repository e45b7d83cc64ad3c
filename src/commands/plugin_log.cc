#include "commands/plugin_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace cairn::commands {
namespace {

// "2026-11-28T01:02:03.004Z"
std::string Now() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[sizeof "2026-11-28T01:02:03"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  const auto since = std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
  return Format("{}.{:03}Z", text, since % 1000);
}

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // a log that nobody takes
    if (written > 0) text.remove_prefix(size_t(written));
  }
}

// Puts pieces together to lines.
class LineSink {
 public:
  LineSink(std::string name, std::shared_ptr<const UniqueFd> file)
      : name_(std::move(name)), file_(std::move(file)) {}

  void Add(std::string_view bytes) {
    constexpr size_t kLineBytesMax = size_t{1} << 20;
    rest_ += bytes;
    size_t begin = 0;
    for (size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      Write(std::string_view(rest_).substr(begin, end - begin));
    }
    rest_.erase(0, begin);
    if (rest_.size() > kLineBytesMax) Write(std::exchange(rest_, {}));
  }

 private:
  void Write(std::string_view line) {
    WriteAll(file_ ? file_->get() : STDERR_FILENO, Format("{} {}: {}\n", Now(), name_, line));
  }

  const std::string name_;
  const std::shared_ptr<const UniqueFd> file_;
  std::string rest_;
};

}  // namespace

PluginLog::PluginLog(const Environment& environment) {
  level_ = environment.Get("TF_LOG_PROVIDER");
  if (level_.empty()) level_ = environment.Get("TF_LOG");
  std::ranges::transform(level_, level_.begin(), ToLower);
  if (level_ == "off") level_.clear();
  const std::string path = environment.Get("TF_LOG_PATH");
  if (level_.empty() || path.empty()) return;
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (file) {
    file_ = std::make_shared<const UniqueFd>(std::move(file));
  } else {
    problem_ = Format("cannot open the log file {}: {}", path, std::strerror(errno));
  }
}

void PluginLog::Enable(provider::PluginOptions& options) const {
  if (level_.empty()) return;
  for (const std::string_view name : {"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK", "TF_LOG_SDK_PROTO"}) {
    options.environment.push_back(Format("{}={}", name, level_));
  }
  const auto sink = std::make_shared<LineSink>(options.name, file_);
  options.on_output = [sink](std::string_view bytes) { sink->Add(bytes); };
}

}  // namespace cairn::commands
