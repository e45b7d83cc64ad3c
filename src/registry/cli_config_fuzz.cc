#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "hcl/source.h"
#include "registry/cli_config.h"
#include "registry/hash_cache.h"

// Places of mistakes are within the text. The cache of hashes, another small format of ours, is read along.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto environment = [](std::string_view) { return std::optional<std::string>("x"); };
  const auto read = registry::ParseCliConfig(std::make_shared<hcl::Source>("rc", text), environment);
  for (const hcl::Diagnostic& diagnostic : read.diagnostics) {
    if (diagnostic.subject && diagnostic.subject->end > size) std::abort();
    (void)hcl::Render(diagnostic);
  }
  if (const auto entries = registry::ParseHashCache(text)) {
    if (registry::ParseHashCache(registry::FormatHashCache(*entries)) != entries) std::abort();
  }
  return 0;
}
