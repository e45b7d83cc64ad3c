#include <cstdint>
#include <cstdlib>

#include "data/yaml.h"

// What parses keeps the limits and is JSON.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::data;
  const YamlLimits limits{.depth_max = 20, .bytes_max = 1 << 16, .expanded_bytes_max = 1 << 20};
  const auto documents = ParseYaml({reinterpret_cast<const char*>(data), size}, limits);
  if (!documents) return 0;
  for (const Json& document : *documents) {
    const auto again = ParseJson(SerializeJson(document), {.depth_max = 20});
    if (!again || *again != document) std::abort();
  }
  return 0;
}
