// Answers that ParseAnswer takes, it takes again in both of their plain forms.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "check/answer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto number = cairn::check::ParseAnswer({reinterpret_cast<const char*>(data), size});
  if (!number) return 0;
  if (cairn::check::ParseAnswer(cairn::Format("{{number: {}}}", *number)) != number) std::abort();
  if (cairn::check::ParseAnswer(cairn::Format("{{\"number\":{}}}", *number)) != number) std::abort();
  return 0;
}
