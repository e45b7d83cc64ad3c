// The server's HTTP/1 side, byte for byte, over streams in memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/testing/manual_clock.h"
#include "http/server.h"
#include "http/testing/test_handler.h"
#include "net/loop.h"
#include "net/task_group.h"
#include "net/testing/pipe.h"

namespace cairn::http {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kDate = "Date: Fri, 02 Jan 2026 03:04:05 GMT\r\n";
constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

std::string Ok(std::string_view body, std::string_view connection = "") {
  std::string text = Format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n", kDate, body.size());
  if (!connection.empty()) text += Format("Connection: {}\r\n", connection);
  return text + Format("\r\n{}", body);
}

// The other end of a connection to the server.
class Peer {
 public:
  explicit Peer(std::unique_ptr<net::PipeEnd> end) : end_(std::move(end)) {}

  void Say(std::string_view bytes) {
    while (!bytes.empty()) {
      const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
      const net::Io io = end_->TryWrite({&piece, 1});
      ASSERT_EQ(io.status, net::IoStatus::kOk);
      bytes.remove_prefix(io.bytes);
      end_->loop().RunUntilIdle();
    }
  }

  // What the server has sent since the last call.
  std::string Hear() {
    std::string heard;
    for (;;) {
      end_->loop().RunUntilIdle();
      char bytes[1000];
      const net::Io io = end_->TryRead(bytes);
      if (io.status == net::IoStatus::kEnd) ended_ = true;
      if (io.status != net::IoStatus::kOk) return heard;
      heard.append(bytes, io.bytes);
    }
  }

  std::string Ask(std::string_view bytes) {
    Say(bytes);
    return Hear();
  }

  // Whether the server has closed, as of the last Hear.
  bool ended() const { return ended_; }
  void Close() { end_.reset(); }
  net::PipeEnd& end() { return *end_; }

 private:
  std::unique_ptr<net::PipeEnd> end_;
  bool ended_ = false;
};

class H1ServerTest : public testing::Test {
 protected:
  H1ServerTest() : loop_(clock_), handler_(loop_) { Restart({}); }

  void Restart(const ServerOptions& options) { server_ = std::make_unique<Server>(loop_, handler_, options); }

  Peer Connect(net::PipeOptions options = {}) {
    auto [server_end, client_end] = net::MakePipe(loop_, options);
    server_->Serve(std::move(server_end));
    return Peer(std::move(client_end));
  }

  void Pass(Duration time) {
    clock_.Advance(time);
    loop_.RunUntilIdle();
  }

  ManualClock clock_;
  net::Loop loop_;
  TestHandler handler_;
  std::unique_ptr<Server> server_;
};

TEST_F(H1ServerTest, AnswersOneRequestAfterTheOther) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask(kGet), Ok("hello /a"));
  EXPECT_EQ(peer.Ask(kGet), Ok("hello /a"));
  EXPECT_FALSE(peer.ended());
  EXPECT_EQ(server_->connections(), 1u);
  peer.Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(H1ServerTest, AnswersPipelinedRequestsInOrderAndInOnePiece) {
  // Small enough that an unnecessary write of a single answer would show as a stall.
  Peer peer = Connect();
  std::string asked, expected;
  for (int i = 0; i < 50; ++i) {
    asked += Format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", i);
    expected += Ok(Format("hello /{}", i));
  }
  const iovec all{asked.data(), asked.size()};
  ASSERT_EQ(peer.end().TryWrite({&all, 1}).bytes, asked.size());
  loop_.RunUntilIdle();
  EXPECT_EQ(peer.Hear(), expected);
}

TEST_F(H1ServerTest, DoesNotHoldAnswersBackForASlowPipelinedRequest) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask(std::string(kGet) + "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(kGet)),
            Ok("hello /a"));
  EXPECT_EQ(server_->requests_in_flight(), 1u);
  handler_.Release();
  EXPECT_EQ(peer.Hear(), Ok("released") + Ok("hello /a"));
  EXPECT_EQ(server_->requests_in_flight(), 0u);
}

TEST_F(H1ServerTest, GivesTheSameAnswersHoweverTheBytesAreSplit) {
  const std::string conversation =
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345"
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
      "POST /trailers HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: 1\r\nB: "
      "2\r\n\r\n"
      "POST /trailers HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"
      "POST /ignored HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nGET /"
      "HEAD /b HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /stream?2 HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /duplex HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nz"
      "GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  const std::string head_answer = Format("HTTP/1.1 200 OK\r\n{}Content-Length: 8\r\n\r\n", kDate);
  const std::string chunked_head = Format("HTTP/1.1 200 OK\r\n{}Transfer-Encoding: chunked\r\n\r\n", kDate);
  const std::string expected = Ok("12345") + Ok("abcde") + Ok("A=1;B=2;") + Ok("") + Ok("hello /ignored") +
                               head_answer + chunked_head + "2\r\nss\r\n0\r\nX-Sum: 42\r\n\r\n" +
                               chunked_head + "1\r\nz\r\n0\r\n\r\n" + Ok("hello /c", "close");
  for (const size_t read_bytes_max : {1, 2, 3, 7, 64, 100'000}) {
    for (const size_t capacity : {1, 10, 100'000}) {
      Peer peer = Connect({.capacity = capacity, .read_bytes_max = read_bytes_max});
      // A small pipe fills both ways: take answers while asking.
      std::string heard;
      for (const char c : conversation) heard += peer.Ask({&c, 1});
      EXPECT_EQ(heard, expected) << read_bytes_max << " " << capacity;
      EXPECT_TRUE(peer.ended());
    }
  }
}

TEST_F(H1ServerTest, AnswersHeadWithoutABodyEvenWhenTheHandlerFails) {
  Peer peer = Connect();
  const std::string heard = peer.Ask("HEAD /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 500 "));
  EXPECT_TRUE(heard.ends_with("\r\n\r\n"));
}

TEST_F(H1ServerTest, Answers500ForAHandlerWithoutAnAnswer) {
  Peer peer = Connect();
  const std::string heard = peer.Ask("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(heard, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(peer.ended());
}

TEST_F(H1ServerTest, BreaksTheConnectionWhenAHandlerEndsInTheMiddle) {
  Peer peer = Connect();
  const std::string heard = peer.Ask("GET /half HTTP/1.1\r\nHost: h\r\n\r\n" + std::string(kGet));
  EXPECT_TRUE(heard.ends_with("\r\n\r\n4\r\nhalf\r\n")) << heard;  // no last chunk, no second answer
  EXPECT_TRUE(peer.ended());
}

TEST_F(H1ServerTest, ClosesWhenTheClientAsksForIt) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + std::string(kGet)),
            Ok("hello /a", "close"));
  EXPECT_TRUE(peer.ended());
}

TEST_F(H1ServerTest, KeepsHttp10ConnectionsOnlyOnRequest) {
  Peer kept = Connect();
  EXPECT_EQ(kept.Ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), Ok("hello /a", "keep-alive"));
  EXPECT_FALSE(kept.ended());
  EXPECT_EQ(kept.Ask("GET /a HTTP/1.0\r\n\r\n"), Ok("hello /a", "close"));
  EXPECT_TRUE(kept.ended());

  Peer streamed = Connect();
  EXPECT_EQ(streamed.Ask("GET /stream?3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            Format("HTTP/1.1 200 OK\r\n{}Connection: close\r\n\r\nsss", kDate));
  EXPECT_TRUE(streamed.ended());
}

// Bodies.

TEST_F(H1ServerTest, Sends100OnlyWhenTheHandlerReads) {
  Peer peer = Connect();
  const std::string expecting = "HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_EQ(peer.Ask("POST /echo " + expecting), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(peer.Ask("body"), Ok("body"));
  EXPECT_EQ(peer.Ask("POST /ignored " + expecting), Ok("hello /ignored", "close"));
  EXPECT_TRUE(peer.ended());
}

TEST_F(H1ServerTest, DoesNotAskForABodyThatHasCome) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbo"),
            "");
  EXPECT_EQ(peer.Ask("dy"), Ok("body"));
}

TEST_F(H1ServerTest, ClosesRatherThanReadALongUnwantedBody) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask("POST /ignored HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nstart"),
            Ok("hello /ignored"));
  EXPECT_TRUE(peer.ended());
}

TEST_F(H1ServerTest, Refuses413) {
  Peer announced = Connect();
  EXPECT_THAT(announced.Ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(announced.ended());
  EXPECT_EQ(handler_.requests, 0u);

  Peer chunked = Connect();
  EXPECT_THAT(chunked.Ask("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(chunked.ended());
  EXPECT_EQ(handler_.body_error, ErrorCode::kOverloaded);
}

TEST_F(H1ServerTest, Refuses400ForABrokenChunkAndAnswersNothingBehindIt) {
  Peer peer = Connect();
  EXPECT_THAT(peer.Ask("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" +
                       std::string(kGet)),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(peer.ended());
  EXPECT_EQ(handler_.body_error, ErrorCode::kInvalid);
  EXPECT_EQ(handler_.requests, 1u);
}

TEST_F(H1ServerTest, TellsTheHandlerThatTheClientLeftWithinTheBody) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n123"), "");
  peer.Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(handler_.body_error, ErrorCode::kDisconnected);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(H1ServerTest, ClosesOnAttemptsToSmuggleARequest) {
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const std::string_view fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: +3\r\n", "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n", "Transfer-Encoding: xchunked\r\n", "Content-Length: 3\n"}) {
    Peer peer = Connect();
    const std::string heard =
        peer.Ask(Format("POST /echo HTTP/1.1\r\nHost: h\r\n{}\r\n0\r\n\r\n{}", fields, smuggled));
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 4")) << fields;
    EXPECT_THAT(heard, Not(HasSubstr("200"))) << fields;
    EXPECT_TRUE(peer.ended()) << fields;
  }
  EXPECT_EQ(handler_.requests, 0u);
}

TEST_F(H1ServerTest, Refuses431AndConnect) {
  Peer peer = Connect();
  EXPECT_THAT(peer.Ask("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(40'000, 'x')),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_TRUE(peer.ended());
  Peer tunnel = Connect();
  EXPECT_THAT(tunnel.Ask("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_TRUE(tunnel.ended());
  EXPECT_EQ(handler_.requests, 0u);
}

// Time.

TEST_F(H1ServerTest, Answers408WhenAHeadTakesTooLong) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask("GET / HT"), "");
  Pass(seconds(6));
  EXPECT_EQ(peer.Ask("TP/1.1\r\n"), "");  // progress does not buy time
  Pass(seconds(5));
  EXPECT_THAT(peer.Hear(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(peer.ended());
}

TEST_F(H1ServerTest, Answers408WhenABodyStalls) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"), "");
  Pass(seconds(29));
  EXPECT_EQ(peer.Ask("1"), "");
  Pass(seconds(29));
  EXPECT_EQ(peer.Hear(), "");
  Pass(seconds(2));
  EXPECT_THAT(peer.Hear(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(handler_.body_error, ErrorCode::kTimeout);
}

TEST_F(H1ServerTest, ClosesAnIdleConnectionSilently) {
  Peer fresh = Connect();
  Peer used = Connect();
  EXPECT_EQ(used.Ask(kGet), Ok("hello /a"));
  Pass(seconds(74));
  EXPECT_FALSE(used.ended());
  Pass(seconds(2));
  EXPECT_EQ(fresh.Hear() + used.Hear(), "");
  EXPECT_TRUE(fresh.ended());
  EXPECT_TRUE(used.ended());
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(H1ServerTest, GivesUpOnAClientThatTakesNothing) {
  Peer peer = Connect({.capacity = 2000});
  peer.Say("GET /stream?100000 HTTP/1.1\r\nHost: h\r\n\r\n");
  Pass(seconds(31));
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_LE(handler_.streamed_bytes, 2000u);
}

TEST_F(H1ServerTest, LetsAHandlerWriteOnlyAsFastAsTheClientReads) {
  Peer peer = Connect({.capacity = 5000});
  peer.Say("GET /stream?1000000 HTTP/1.1\r\nHost: h\r\n\r\n");
  size_t taken = 0;
  while (handler_.streamed_bytes < 1'000'000) {
    EXPECT_LE(handler_.streamed_bytes, taken + 5000);
    char bytes[3000];
    const net::Io io = peer.end().TryRead(bytes);
    ASSERT_EQ(io.status, net::IoStatus::kOk);
    taken += io.bytes;
    loop_.RunUntilIdle();
  }
  EXPECT_TRUE(peer.Hear().ends_with("0\r\nX-Sum: 42\r\n\r\n"));
}

// Upgrades.

TEST_F(H1ServerTest, HandsTheConnectionOver) {
  Peer peer = Connect();
  const std::string ask = "GET /upgrade HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: twice\r\n";
  const std::string switched =
      Format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: twice\r\n{}Connection: Upgrade\r\n\r\n", kDate);
  EXPECT_EQ(peer.Ask(ask + "\r\nab"), switched + "abab");  // "ab" came with the head
  EXPECT_EQ(peer.Ask("cd"), "cdcd");
  peer.end().FinishWriting();
  EXPECT_EQ(peer.Hear(), "");
  EXPECT_TRUE(peer.ended());

  Peer with_body = Connect();
  EXPECT_EQ(with_body.Ask(ask + "Content-Length: 4\r\n\r\nbodyab"), switched + "abab");
}

TEST_F(H1ServerTest, DoesNotUpgradeUnasked) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask("GET /upgrade HTTP/1.1\r\nHost: h\r\n\r\n"), Ok("no upgrade"));
}

// Draining.

TEST_F(H1ServerTest, AsksClientsToLeaveOnceItDrains) {
  Peer peer = Connect();
  EXPECT_EQ(peer.Ask(kGet), Ok("hello /a"));
  server_->StartDraining();
  loop_.RunUntilIdle();
  EXPECT_EQ(peer.Hear(), "");
  EXPECT_FALSE(peer.ended());  // it does not know yet
  EXPECT_EQ(peer.Ask(kGet), Ok("hello /a", "close"));
  EXPECT_TRUE(peer.ended());
  Peer late = Connect();
  EXPECT_EQ(late.Ask(kGet), Ok("hello /a", "close"));
}

net::Task<void> DrainInto(Server& server, TimePoint deadline, std::optional<bool>& in_time) {
  in_time = co_await server.Drain(deadline);
}

TEST_F(H1ServerTest, DrainClosesIdleConnectionsAndWaitsForTheOthers) {
  Peer idle = Connect();
  Peer busy = Connect();
  EXPECT_EQ(idle.Ask(kGet), Ok("hello /a"));
  EXPECT_EQ(busy.Ask("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"), "");
  net::TaskGroup group(loop_);
  std::optional<bool> in_time;
  group.Spawn(DrainInto(*server_, loop_.Now() + seconds(30), in_time));
  EXPECT_EQ(idle.Hear(), "");
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(in_time.has_value());
  handler_.Release();
  EXPECT_EQ(busy.Hear(), Ok("released", "close"));
  busy.Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(in_time, true);
}

TEST_F(H1ServerTest, DrainBreaksOffWhatIsNotDoneInTime) {
  Peer busy = Connect();
  EXPECT_EQ(busy.Ask("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"), "");
  net::TaskGroup group(loop_);
  std::optional<bool> in_time;
  group.Spawn(DrainInto(*server_, loop_.Now() + seconds(30), in_time));
  Pass(seconds(31));
  EXPECT_EQ(in_time, false);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(H1ServerTest, CountsAnAnswerThatIsNotTakenAsInFlight) {
  Peer slow = Connect({.capacity = 50});
  slow.Say(kGet);
  EXPECT_EQ(server_->requests_in_flight(), 1u);
  net::TaskGroup group(loop_);
  std::optional<bool> in_time;
  group.Spawn(DrainInto(*server_, loop_.Now() + seconds(10), in_time));
  Pass(seconds(11));
  EXPECT_EQ(in_time, false);
}

}  // namespace
}  // namespace cairn::http
