#include "http/server_core.h"

#include <chrono>
#include <ctime>
#include <vector>

namespace cairn::http {

std::string_view ServerCore::DateLine() {
  if (loop_.Now() < date_valid_until_) return date_line_;
  const auto now = loop_.clock().WallNow();
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(second);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const size_t length = strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  date_line_.assign(text, length);
  date_valid_until_ = loop_.Now() + (second + std::chrono::seconds(1) - now);
  return date_line_;
}

void ServerCore::StartClosing() {
  draining_ = closing_ = true;
  // A connection may end while it is being asked.
  net::List<DrainableConnection> asked;
  while (DrainableConnection* connection = connections_.PopFront()) {
    asked.PushBack(*connection);
    connection->OnDraining();
  }
  connections_.Splice(asked);
}

}  // namespace cairn::http
