// A server's HTTP/2 connection fed with arbitrary bytes, at a time that the input moves: it neither crashes
// nor keeps more in memory than its bounds allow, and when its peer goes, everything goes.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/testing/manual_clock.h"
#include "http/server.h"
#include "http/testing/test_handler.h"
#include "net/loop.h"
#include "net/testing/pipe.h"

namespace cairn {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kSettings("\0\0\0\4\0\0\0\0\0", 9);

void Take(net::PipeEnd& end) {
  char bytes[4096];
  while (end.TryRead(bytes).status == net::IoStatus::kOk) {
  }
}

bool Say(net::PipeEnd& end, std::string_view bytes) {
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  const bool said = bytes.empty() || end.TryWrite({&piece, 1}).status == net::IoStatus::kOk;
  end.loop().RunUntilIdle();
  return said;
}

// The first byte chooses the limits, whether the peer reads, and whether the preface is there. Then pieces:
// a byte that says how many follow, or, from 0xf0 up, that time passes or handlers go on.
void RunConversation(const uint8_t* data, size_t size) {
  const uint8_t choice = data[0];
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  ManualClock clock;
  net::Loop loop(clock);
  http::TestHandler handler(loop);
  http::ServerOptions options;
  if ((choice & 1) != 0) {
    options.http2_streams_max = 3;
    options.message = {.head_bytes_max = 300, .fields_max = 6, .body_bytes_max = 50, .trailer_bytes_max = 60};
  }
  auto server = std::make_unique<http::Server>(loop, handler, options);
  auto [server_end, client_end] =
      net::MakePipe(loop, {.capacity = (choice & 2) != 0 ? size_t{100} : 100'000});
  server->Serve(std::move(server_end));
  if ((choice & 4) == 0) Say(*client_end, std::string(kPreface) + std::string(kSettings));
  while (!rest.empty()) {
    const auto step = static_cast<uint8_t>(rest[0]);
    rest.remove_prefix(1);
    if (step >= 0xf8) {
      clock.Advance(std::chrono::seconds(1 << (step & 7)));
      loop.RunUntilIdle();
    } else if (step >= 0xf0) {
      handler.Release();
      if (step == 0xf1) server->StartDraining();
    } else {
      const std::string_view piece = rest.substr(0, step);
      rest.remove_prefix(piece.size());
      if (!Say(*client_end, piece)) break;
    }
    if ((choice & 8) == 0) Take(*client_end);
    if (server->requests_in_flight() > options.http2_streams_max) std::abort();
  }
  client_end.reset();
  loop.RunUntilIdle();
  if (server->connections() != 0 || server->requests_in_flight() != 0) std::abort();
}

}  // namespace
}  // namespace cairn

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0) cairn::RunConversation(data, size);
  return 0;
}
