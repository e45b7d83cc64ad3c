#include "http/h2_server.h"

namespace cairn::http {

net::Task<void> ServeH2(ServerCore&, net::Stream&, Buffer&) {
  co_return;
}

}  // namespace cairn::http
