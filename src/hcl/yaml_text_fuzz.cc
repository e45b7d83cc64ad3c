// What is read from YAML can be written, and reads as the same value again.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hcl/yaml_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const YamlTextLimits limits{.depth_max = 100, .bytes_max = 1 << 16, .weight_max = 10'000};
  const auto value = FromYamlText(text, limits);
  if (!value) return 0;
  const auto written = ToYamlText(*value);
  if (!written) std::abort();
  const auto again = FromYamlText(*written, {.depth_max = 100});
  // A mapping's key "<<" merges when it is read again.
  if (!again && written->find("<<") == written->npos) std::abort();
  return 0;
}
