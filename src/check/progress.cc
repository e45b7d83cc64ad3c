#include "check/progress.h"

#include <utility>

#include "base/strings.h"
#include "check/report.h"

namespace cairn::check {
namespace {

constexpr const char* kToLineStart = "\r\x1b[K";  // and erase what stands there

}  // namespace

std::string ProgressLine::Update(const LoadCounts& counts, Duration elapsed) {
  const double seconds = std::chrono::duration<double>(elapsed - last_elapsed_).count();
  const auto fresh = static_cast<double>(counts.numbers - last_numbers_);
  const auto rate = static_cast<uint64_t>(seconds > 0 ? fresh / seconds : 0);
  last_elapsed_ = elapsed;
  last_numbers_ = counts.numbers;
  std::string line =
      Format("{:.1f} s   {}/s   number {}   errors {}", std::chrono::duration<double>(elapsed).count(),
             Grouped(rate), Grouped(counts.last_number), Grouped(counts.errors));
  if (line.size() > columns_) line.resize(columns_);
  return kToLineStart + line;
}

std::string ProgressLine::Clear() {
  return kToLineStart;
}

}  // namespace cairn::check
