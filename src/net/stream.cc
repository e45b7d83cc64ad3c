#include "net/stream.h"

namespace cairn::net {

Task<Result<size_t>> ReadSome(Stream& stream, std::span<char> into, TimePoint deadline) {
  for (;;) {
    const Io io = stream.TryRead(into);
    if (io.status == IoStatus::kOk) co_return io.bytes;
    if (io.status == IoStatus::kEnd) co_return 0;
    if (io.status == IoStatus::kFailed) co_return std::unexpected(stream.error());
    if (const bool in_time = co_await stream.Readable(deadline); !in_time)
      co_return Fail(ErrorCode::kTimeout, "no bytes came in time");
  }
}

Task<Result<>> WriteAll(Stream& stream, std::string_view bytes, TimePoint deadline) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const Io io = stream.TryWrite({&piece, 1});
    if (io.status == IoStatus::kOk) {
      bytes.remove_prefix(io.bytes);
    } else if (io.status == IoStatus::kFailed) {
      co_return std::unexpected(stream.error());
    } else if (const bool in_time = co_await stream.Writable(deadline); !in_time) {
      co_return Fail(ErrorCode::kTimeout, "the peer took no bytes in time");
    }
  }
  co_return {};
}

}  // namespace cairn::net
