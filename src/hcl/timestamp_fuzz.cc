#include "hcl/timestamp.h"

#include <cstdint>
#include <cstdlib>

// The input is a timestamp, a pattern or duration and so on, parted by newlines. What parses is written back
// as what parses to the same second.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn::hcl;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\n'));
  const std::string_view rest = input.substr(std::min(text.size() + 1, input.size()));
  const auto timestamp = ParseTimestamp(text);
  if (!timestamp) return 0;
  const auto again = ParseTimestamp(FormatTimestamp(*timestamp));
  if (!again || again->seconds != timestamp->seconds) std::abort();
  if (FormatDate("YYYY-MM-DD'T'hh:mm:ssZ", *timestamp) != FormatTimestamp(*timestamp)) std::abort();
  static_cast<void>(FormatDate(rest, *timestamp));
  if (const auto duration = ParseDuration(rest)) {
    if (Add(Add(*timestamp, *duration), -*duration).Compare(*timestamp) != std::strong_ordering::equal) {
      if (*duration != std::chrono::nanoseconds::min()) std::abort();
    }
  }
  return 0;
}
