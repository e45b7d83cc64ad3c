// Addresses: any text gives an address or an error, and what was read is printed as a text that reads the
// same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "state/address_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::state;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = ParseTarget(text)) {
    const std::string printed = target->ToString();
    // `resource.each.key` is printed as terraform does, without its prefix.
    const auto again = ParseTarget(printed);
    if (again && *again != *target) std::abort();
    if (!again && !text.contains("resource")) std::abort();
  }
  if (const auto provider = ParseProviderConfigAddress(text)) (void)provider->ToString();
  (void)ParseResourceAddress(text);
  (void)ParseModuleInstance(text);
  return 0;
}
