#include "hcl/glob.h"

#include <cstdint>
#include <cstdlib>

// A pattern and a name, parted by a newline. A name with its special characters escaped matches itself.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view pattern = input.substr(0, input.find('\n'));
  const std::string_view name = input.substr(std::min(pattern.size() + 1, input.size()));
  const GlobLimits limits{.steps_max = 100'000};
  static_cast<void>(MatchName(pattern, name, limits));
  std::string escaped;
  for (const char c : name) {
    if (std::string_view("*?[{\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  if (const auto matched = MatchName(escaped, name, limits); matched && !*matched) std::abort();
  return 0;
}
