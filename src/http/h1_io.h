#pragma once

// Steps that the two ends of an HTTP/1 connection share. None of them waits. Internal to the folder.

#include <memory>
#include <string_view>

#include "http/buffer.h"
#include "net/stream.h"

namespace cairn::http {

// Reads once to the end of `buffer`. An empty buffer holds no memory afterwards.
net::Io TryFill(net::Stream& stream, Buffer& buffer);

// Writes from the front of `out`, which is not empty.
net::Io TryFlush(net::Stream& stream, Buffer& out);

// Writes `out`, then `piece` (not empty), then `after` in one call, and drops what was written from the first
// two. Once `piece` is used up, what is left of `after` is in `out`.
net::Io TryWritePiece(net::Stream& stream, Buffer& out, std::string_view& piece, std::string_view after);

// `inner`, which must outlive the result, with `received` to be read before anything else.
std::unique_ptr<net::Stream> MakeUpgradedStream(net::Stream& inner, Buffer received);

}  // namespace cairn::http
