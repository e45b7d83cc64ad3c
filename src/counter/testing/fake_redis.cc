#include "counter/testing/fake_redis.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "net/address.h"
#include "net/stream.h"

namespace cairn::counter {

FakeRedis::FakeRedis(net::Loop& loop, Script script) : script_(std::move(script)), tasks_(loop) {
  auto listener = net::Listener::Open(loop, *net::Address::Parse("127.0.0.1:0"));
  if (!listener) std::abort();
  listener_ = std::move(*listener);
  tasks_.Spawn(Accept());
}

size_t FakeRedis::Count(std::string_view word) const {
  return static_cast<size_t>(std::ranges::count_if(
      commands_, [word](const std::vector<std::string>& words) { return words.at(0) == word; }));
}

net::Task<void> FakeRedis::Accept() {
  for (;;) {
    auto socket = co_await listener_->Accept();
    if (!socket) co_return;
    ++connections_;
    tasks_.Spawn(Serve(std::move(*socket)));
  }
}

net::Task<void> FakeRedis::Serve(std::unique_ptr<net::Stream> stream) {
  RedisReader reader;
  std::array<char, 4096> buffer;
  for (;;) {
    const Result<size_t> size = co_await net::ReadSome(*stream, buffer, kNever);
    if (!size || *size == 0) co_return;
    reader.Feed(std::string_view(buffer.data(), *size));
    for (;;) {
      const auto command = reader.Next();
      if (!command) co_return;
      if (!*command) break;
      std::vector<std::string> words;
      for (const RedisReply& word : (*command)->elements) words.push_back(word.text);
      const std::string answer = Answer(words);
      if (answer == kHangUp) co_return;
      if (const auto written = co_await net::WriteAll(*stream, answer, kNever); !written) co_return;
    }
  }
}

std::string FakeRedis::Answer(const std::vector<std::string>& words) {
  commands_.push_back(words);
  std::string answer = script_(words);
  if (answer != kDefault) return answer;
  if (words[0] == "ROLE") return "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
  return "+OK\r\n";
}

}  // namespace cairn::counter
