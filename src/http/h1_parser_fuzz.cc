// Requests, responses and chunked bodies: the answer does not depend on how the bytes are split, and every
// view lies in the received bytes (testing/h1_outcome.h aborts otherwise).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "http/testing/h1_outcome.h"

namespace {

using cairn::http::MessageLimits;
using cairn::http::testing::Wire;

// The first byte chooses what is parsed and with which limits, the second one how it is split.
std::string Outcome(uint8_t choice, std::string_view bytes, std::function<size_t()> piece) {
  MessageLimits limits;
  if ((choice & 4) != 0) {
    limits = {.head_bytes_max = 64,
              .target_bytes_max = 8,
              .fields_max = 2,
              .body_bytes_max = 16,
              .chunk_extension_bytes_max = 4,
              .trailer_bytes_max = 24};
  }
  Wire wire(bytes, std::move(piece));
  switch (choice & 3) {
    case 0:
      return cairn::http::testing::ChunkedOutcome(wire, limits);
    case 1:
      return cairn::http::testing::ResponseOutcome(wire, (choice & 8) != 0 ? "HEAD" : "GET", limits);
    default:
      return cairn::http::testing::RequestOutcome(wire, limits);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = Outcome(data[0], bytes, cairn::http::testing::AllAtOnce());
  uint32_t seed = data[1];
  const auto random_piece = [&seed] {
    seed = seed * 1664525 + 1013904223;
    return size_t{1} + (seed >> 24) % 32;
  };
  if (Outcome(data[0], bytes, random_piece) != whole) abort();
  if (size < 512 && Outcome(data[0], bytes, cairn::http::testing::ByteByByte()) != whole) abort();
  return 0;
}
