#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "hcl/source.h"
#include "registry/lock_file.h"

// What is read without an error is written as what reads as the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  const auto parse = [](std::string text) {
    return registry::ParseLockFile(std::make_shared<hcl::Source>("lock", std::move(text)));
  };
  const registry::LockFileRead read = parse(std::string(reinterpret_cast<const char*>(data), size));
  if (read.diagnostics.has_errors()) return 0;
  const std::string written = registry::FormatLockFile(read.locks);
  const registry::LockFileRead again = parse(written);
  if (again.diagnostics.has_errors() || registry::FormatLockFile(again.locks) != written) std::abort();
  return 0;
}
