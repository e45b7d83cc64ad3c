#include "provider/output_log.h"

#include <vector>

#include "base/text_escape.h"

namespace cairn::provider {

namespace {

constexpr size_t kLineBytesMax = 500;

bool BeginsPanic(std::string_view line) {
  return line.starts_with("panic:") || line.starts_with("fatal error:");
}

}  // namespace

std::string OutputLog::Summary(size_t lines_max) const {
  std::vector<std::string_view> lines;
  const std::string_view text = text_;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) lines.push_back(text.substr(begin, std::min(end - begin, kLineBytesMax)));
    begin = end + 1;
  }
  auto first = std::ranges::find_if(lines, BeginsPanic);
  if (first == lines.end()) first = lines.end() - std::ptrdiff_t(std::min(lines_max, lines.size()));
  std::string summary;
  for (size_t count = 0; first != lines.end() && count < lines_max; ++first, ++count) {
    std::string line(*first);
    std::ranges::replace(line, '\t', ' ');
    AppendEscaped(summary, line, false);
    summary += '\n';
  }
  if (!summary.empty()) summary.pop_back();
  return summary;
}

}  // namespace cairn::provider
