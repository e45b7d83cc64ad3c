#include "net/testing/name_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>

#include "base/strings.h"

namespace cairn::net {

namespace {

constexpr int kTypeA = 1;
constexpr int kTypeAaaa = 28;
constexpr int kNameError = 3;
constexpr size_t kHeaderBytes = 12;

std::string BigEndian16(size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string AddressBytes(const Address& address) {
  if (address.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address.get());
    return {reinterpret_cast<const char*>(&v4->sin_addr), 4};
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address.get());
  return {reinterpret_cast<const char*>(&v6->sin6_addr), 16};
}

}  // namespace

TestNameServer::TestNameServer(Loop& loop, std::string_view host, uint16_t port)
    : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      watcher_(loop, fd_.get()),
      serving_(loop) {
  const Address wanted = *Address::FromHostPort(host, port);
  if (bind(fd_.get(), wanted.get(), wanted.length()) != 0 || !watcher_.Register()) std::abort();
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&storage), &length);
  address_ = Address(reinterpret_cast<const sockaddr*>(&storage), length);
  serving_.Spawn(Serve());
}

Task<void> TestNameServer::Serve() {
  for (;;) {
    std::array<char, 512> packet;
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    const ssize_t bytes =
        recvfrom(fd_.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (bytes < 0) {
      watcher_.ReadWouldBlock();
      co_await watcher_.Readable(kNever);
      continue;
    }
    ++questions_;
    if (silent) continue;
    const std::string answer = Answer(std::string(packet.data(), static_cast<size_t>(bytes)));
    sendto(fd_.get(), answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), length);
  }
}

// The packet is c-ares' own: one question, after a header, without compression.
std::string TestNameServer::Answer(const std::string& question) const {
  std::string name;
  size_t at = kHeaderBytes;
  for (size_t label; at < question.size() && (label = static_cast<unsigned char>(question[at])) != 0;) {
    if (!name.empty()) name += '.';
    for (const char c : question.substr(at + 1, label)) name += ToLower(c);
    at += 1 + label;
  }
  const std::string asked = question.substr(kHeaderBytes, at + 5 - kHeaderBytes);  // name, type, class
  const int type = static_cast<unsigned char>(asked[asked.size() - 3]);

  std::string answers;
  size_t count = 0;
  const auto found = records.find(name);
  if (found != records.end() && rcode == 0) {
    for (const std::string& text : found->second) {
      const Address address = *Address::FromHostPort(text, 0);
      if (type != (address.family() == AF_INET ? kTypeA : kTypeAaaa)) continue;
      const std::string data = AddressBytes(address);
      answers += "\xc0\x0c" + BigEndian16(static_cast<size_t>(type)) + BigEndian16(1) + std::string(4, '\0') +
                 BigEndian16(data.size()) + data;
      ++count;
    }
  }
  const int status = rcode != 0 ? rcode : found == records.end() ? kNameError : 0;
  std::string header = question.substr(0, 2);
  header += static_cast<char>(0x81);           // a response; recursion was asked for
  header += static_cast<char>(0x80 | status);  // recursion is available
  header += BigEndian16(1) + BigEndian16(count) + std::string(4, '\0');
  return header + asked + answers;
}

}  // namespace cairn::net
