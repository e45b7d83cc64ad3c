// The front door between real sockets: one client, and replicas with one habit each.

#include "demo/front_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "http/server.h"
#include "net/resolver.h"
#include "net/socket.h"
#include "net/stream.h"
#include "net/task_group.h"

namespace cairn::demo {
namespace {

using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kGet = "GET /get-number HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

std::unique_ptr<net::Listener> ListenOnLoopback(net::Loop& loop) {
  return std::move(*net::Listener::Open(loop, *net::Address::Parse("127.0.0.1:0")));
}

http::Origin OriginOf(const net::Listener& listener) {
  return {.host = "127.0.0.1", .port = listener.address().port()};
}

// All that the peer sends until it closes or `mark` has come.
net::Task<std::string> Hear(net::Stream& stream, std::string_view mark) {
  std::string heard;
  std::array<char, 4096> bytes;
  for (;;) {
    const Result<size_t> size = co_await net::ReadSome(stream, bytes, stream.loop().Now() + seconds(30));
    if (!size || *size == 0) co_return heard;
    heard.append(bytes.data(), *size);
    if (!mark.empty() && heard.find(mark) != heard.npos) co_return heard;
  }
}

// Reads one request after the other, each on a connection of its own, and answers with fixed bytes.
class Replica {
 public:
  Replica(net::Loop& loop, std::string answer)
      : listener_(ListenOnLoopback(loop)), answer_(std::move(answer)), tasks_(loop) {
    tasks_.Spawn(Serve());
  }

  http::Origin origin() const { return OriginOf(*listener_); }

  std::vector<std::string> requests;

 private:
  net::Task<void> Serve() {
    for (;;) {
      const auto socket = co_await listener_->Accept();
      std::string request = co_await Hear(**socket, "\r\n\r\n");
      requests.push_back(std::move(request));
      const Result<> written = co_await net::WriteAll(**socket, answer_, kNever);
      EXPECT_TRUE(written);
    }
  }

  std::unique_ptr<net::Listener> listener_;
  const std::string answer_;
  net::TaskGroup tasks_;
};

std::string Answer(int number) {
  const std::string body = Format("{{number: {}}}", number);
  return Format(
      "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX-End: 2\r\n"
      "Content-Length: {}\r\n\r\n{}",
      body.size(), body);
}

class FrontDoorTest : public testing::Test {
 protected:
  FrontDoorTest() {
    auto listener = ListenOnLoopback(loop);
    address_ = listener->address();
    server_.Listen(std::move(listener));
  }

  // The whole answer to `request`.
  std::string Ask(std::string_view request = kGet) { return loop.Run(Converse(request)); }

  SystemClock clock;
  net::Loop loop{clock};
  std::unique_ptr<net::Resolver> resolver{std::move(*net::OpenSystemResolver(loop))};
  http::Client client{loop, *resolver};
  FrontDoor door{loop, client, 3};

 private:
  net::Task<std::string> Converse(std::string_view request) {
    const auto socket = co_await net::Connect(loop, address_, loop.Now() + seconds(30));
    const Result<> written = co_await net::WriteAll(**socket, request, kNever);
    EXPECT_TRUE(written);
    co_return co_await Hear(**socket, "");
  }

  http::Server server_{loop, door};
  net::Address address_;
};

TEST_F(FrontDoorTest, GoesRoundTheOpenReplicas) {
  Replica first(loop, Answer(11)), second(loop, Answer(22)), third(loop, Answer(33));
  door.Open(0, first.origin());
  door.Open(1, second.origin());
  door.Open(2, third.origin());
  for (const std::string_view number : {"11", "22", "33", "11", "22", "33"}) {
    EXPECT_THAT(Ask(), EndsWith(Format("{{number: {}}}", number)));
  }
  door.Close(1);
  for (const std::string_view number : {"11", "33", "11"}) {
    EXPECT_THAT(Ask(), EndsWith(Format("{{number: {}}}", number)));
  }
  EXPECT_EQ(door.counts(0).requests, 4u);
  EXPECT_EQ(door.counts(1).requests, 2u);
  EXPECT_EQ(door.counts(2).last_number, 33);
  EXPECT_EQ(door.errors(), 0u);
}

TEST_F(FrontDoorTest, AsksToComeBackWhenNoReplicaIsOpen) {
  const std::string answer = Ask();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_EQ(door.errors(), 1u);
}

TEST_F(FrontDoorTest, PassesOverAReplicaThatRefusesConnections) {
  Replica other(loop, Answer(7));
  const http::Origin nobody = OriginOf(*ListenOnLoopback(loop));  // closed by now
  door.Open(0, nobody);
  door.Open(1, other.origin());
  EXPECT_THAT(Ask(), EndsWith("{number: 7}"));
  EXPECT_THAT(Ask(), EndsWith("{number: 7}"));
  EXPECT_EQ(door.counts(0).requests, 0u);
  EXPECT_EQ(door.errors(), 0u);
}

TEST_F(FrontDoorTest, AsksAnotherReplicaWhenOneDiesBeforeItAnswers) {
  Replica dying(loop, ""), other(loop, Answer(7));
  door.Open(0, dying.origin());
  door.Open(1, other.origin());
  EXPECT_THAT(Ask(), EndsWith("{number: 7}"));
  EXPECT_EQ(dying.requests.size(), 1u);
  EXPECT_EQ(other.requests.size(), 1u);
}

TEST_F(FrontDoorTest, NeverRepeatsARequestThatMayHaveChangedSomething) {
  Replica dying(loop, ""), other(loop, Answer(7));
  door.Open(0, dying.origin());
  door.Open(1, other.origin());
  EXPECT_THAT(Ask("POST /get-number HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"),
              StartsWith("HTTP/1.1 502 "));
  EXPECT_EQ(other.requests.size(), 0u);
}

TEST_F(FrontDoorTest, NeverRepeatsARequestThatWasAnsweredInPart) {
  Replica breaking(loop, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{num"), other(loop, Answer(7));
  door.Open(0, breaking.origin());
  door.Open(1, other.origin());
  EXPECT_THAT(Ask(), StartsWith("HTTP/1.1 502 "));
  EXPECT_EQ(other.requests.size(), 0u);
  EXPECT_EQ(door.errors(), 1u);
}

TEST_F(FrontDoorTest, PassesOnWhatIsMeantForTheOtherEnd) {
  Replica replica(loop, Answer(7));
  door.Open(0, replica.origin());
  const std::string answer =
      Ask("GET /a%20b?c=d HTTP/1.1\r\nHost: counter.example\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\n"
          "TE: trailers\r\nAccept: application/json\r\n\r\n");
  ASSERT_EQ(replica.requests.size(), 1u);
  const std::string& request = replica.requests[0];
  EXPECT_THAT(request, StartsWith("GET /a%20b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Host: counter.example\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept: application/json\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("X-Mine")));
  EXPECT_THAT(request, Not(HasSubstr("TE:")));
  EXPECT_THAT(answer, HasSubstr("X-End: 2\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("X-Hop")));
  EXPECT_THAT(answer, Not(HasSubstr("Keep-Alive:")));
}

TEST_F(FrontDoorTest, CountsTheErrorsOfReplicas) {
  Replica replica(loop, "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  door.Open(0, replica.origin());
  EXPECT_THAT(Ask(), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(door.errors(), 1u);
  EXPECT_EQ(door.counts(0).last_number, std::nullopt);
}

}  // namespace
}  // namespace cairn::demo
