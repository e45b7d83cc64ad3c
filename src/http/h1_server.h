#pragma once

// The server's side of one HTTP/1 connection. Internal to the folder.

#include <memory>

#include "http/buffer.h"
#include "http/server_core.h"
#include "net/stream.h"
#include "net/task.h"

namespace cairn::http {

// Serves requests one after the other until the connection ends. Returns true when the first bytes were
// HTTP/2's preface: `received` then holds them, and the stream is as good as new.
net::Task<bool> ServeH1(ServerCore& core, net::Stream& stream, Buffer& received);

}  // namespace cairn::http
