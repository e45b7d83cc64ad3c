#pragma once

// The server's side of one HTTP/2 connection, over nghttp2. Internal to the folder.

#include "http/buffer.h"
#include "http/server_core.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::http {

// Serves streams until the connection ends. `received` holds bytes that have been read already, the preface
// first.
net::Task<void> ServeH2(ServerCore& core, net::Stream& stream, Buffer& received);

}  // namespace cairn::http
