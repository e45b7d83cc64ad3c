// State: any text gives a state or errors; a state that was read is written so that it reads the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "state/state_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  const std::string text(reinterpret_cast<const char*>(data), size);
  hcl::Diagnostics diagnostics;
  const auto read = state::ReadState(text, diagnostics);
  if (!read) {
    if (diagnostics.empty()) std::abort();
    return 0;
  }
  const std::string written = state::WriteState(*read);
  const auto again = state::ReadState(written, diagnostics);
  if (again && !state::SameContent(*read, *again)) std::abort();
  if (again && state::WriteState(*again) != written) std::abort();
  if (!state::CheckJson(written).laid_out) std::abort();
  return 0;
}
