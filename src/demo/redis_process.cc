#include "demo/redis_process.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/strings.h"
#include "net/address.h"
#include "net/socket.h"

namespace cairn::demo {

namespace {

constexpr Duration kAnswerTimeout = std::chrono::seconds(1);
constexpr Duration kAnswerPause = std::chrono::milliseconds(10);

// A loopback port that nobody listens on now; 0 if there is none. Another process may take it before Redis
// does: Redis ends then, and is started on another.
uint16_t FreePort() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), generic, length) != 0) return 0;
  if (::getsockname(socket.get(), generic, &length) != 0) return 0;
  return ntohs(address.sin_port);
}

net::Task<bool> AnswersPing(net::Loop& loop, uint16_t port) {
  const TimePoint deadline = loop.Now() + kAnswerTimeout;
  const auto address = net::Address::FromHostPort("127.0.0.1", port);
  if (!address) co_return false;
  auto socket = co_await net::Connect(loop, *address, deadline);
  if (!socket) co_return false;
  const Result<> written = co_await net::WriteAll(**socket, "PING\r\n", deadline);
  if (!written) co_return false;
  std::array<char, 16> answer;
  const Result<size_t> bytes = co_await net::ReadSome(**socket, answer, deadline);
  co_return bytes&& std::string_view(answer.data(), *bytes).starts_with("+PONG");
}

}  // namespace

RedisProcess::RedisProcess(net::Loop& loop, EventLog& events, std::string executable, std::string directory)
    : loop_(loop),
      executable_(std::move(executable)),
      directory_(std::move(directory)),
      process_(loop, events,
               {.name = "redis",
                .log_path = directory_ + "/redis.log",
                .command = [this] { return Command(); },
                .attend = [this] { return AwaitAnswer(); },
                .on_end = [this] { ready_ = false; }}) {}

std::vector<std::string> RedisProcess::Command() {
  if (!ever_ready_) port_ = FreePort();
  return {executable_, "--port", Format("{}", port_), "--bind", "127.0.0.1", "--dir", directory_,
          "--save",    "",       "--appendonly",      "no"};
}

net::Task<void> RedisProcess::AwaitAnswer() {
  for (;;) {
    ready_ = co_await AnswersPing(loop_, port_);
    if (ready_) break;
    co_await loop_.Sleep(kAnswerPause);
  }
  ever_ready_ = true;
}

}  // namespace cairn::demo
