#include <cstdint>
#include <cstdlib>

#include "data/json.h"

// What parses serializes to what parses to the same value.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::data;
  const auto value = ParseJson({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  for (const JsonStyle style : {JsonStyle::kCompact, JsonStyle::kPretty}) {
    const auto again = ParseJson(SerializeJson(*value, style));
    if (!again || *again != *value) std::abort();
  }
  return 0;
}
