#include "http/h1_io.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cairn::http {

namespace {

constexpr size_t kReadBytesMin = 4096;

iovec ToIovec(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

class UpgradedStream final : public net::Stream {
 public:
  UpgradedStream(net::Stream& inner, Buffer received) : inner_(inner), received_(std::move(received)) {}

  net::Io TryRead(std::span<char> into) override {
    if (received_.empty()) return Remember(inner_.TryRead(into));
    const size_t bytes = received_.view().copy(into.data(), into.size());
    received_.Consume(bytes);
    return {net::IoStatus::kOk, bytes};
  }
  net::Io TryWrite(std::span<const iovec> pieces) override { return Remember(inner_.TryWrite(pieces)); }
  net::Waiter Readable(TimePoint deadline) override {
    if (!received_.empty()) return net::Waiter(loop(), nullptr, deadline, true);
    return inner_.Readable(deadline);
  }
  net::Waiter Writable(TimePoint deadline) override { return inner_.Writable(deadline); }
  void WakeReaders() override { inner_.WakeReaders(); }
  void FinishWriting() override { inner_.FinishWriting(); }
  bool PeerClosed() const override { return inner_.PeerClosed(); }
  std::string_view protocol() const override { return inner_.protocol(); }
  bool encrypted() const override { return inner_.encrypted(); }
  net::Loop& loop() const override { return inner_.loop(); }

 private:
  net::Io Remember(net::Io io) {
    if (io.status == net::IoStatus::kFailed) error_ = inner_.error();
    return io;
  }

  net::Stream& inner_;
  Buffer received_;
};

}  // namespace

net::Io TryFill(net::Stream& stream, Buffer& buffer) {
  const net::Io io = stream.TryRead(buffer.Room(kReadBytesMin));
  buffer.Commit(io.bytes);
  buffer.Consume(0);
  return io;
}

net::Io TryFlush(net::Stream& stream, Buffer& out) {
  const iovec piece = ToIovec(out.view());
  const net::Io io = stream.TryWrite({&piece, 1});
  out.Consume(io.bytes);
  return io;
}

net::Io TryWritePiece(net::Stream& stream, Buffer& out, std::string_view& piece, std::string_view after) {
  const std::string_view before = out.view();
  const std::array<iovec, 3> pieces = {ToIovec(before), ToIovec(piece), ToIovec(after)};
  const net::Io io = stream.TryWrite(pieces);
  if (io.status != net::IoStatus::kOk) return io;
  const size_t of_buffer = std::min(io.bytes, before.size());
  const size_t of_piece = std::min(io.bytes - of_buffer, piece.size());
  out.Consume(of_buffer);
  piece.remove_prefix(of_piece);
  if (piece.empty()) out.Append(after.substr(io.bytes - of_buffer - of_piece));
  return io;
}

std::unique_ptr<net::Stream> MakeUpgradedStream(net::Stream& inner, Buffer received) {
  return std::make_unique<UpgradedStream>(inner, std::move(received));
}

}  // namespace cairn::http
