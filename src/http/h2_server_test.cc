// The server's HTTP/2 side, frame by frame, over streams in memory. The frames are written by hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"
#include "http/testing/h2_server_fixture.h"
#include "net/task_group.h"

namespace cairn::http::testing {
namespace {

using std::chrono::seconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(H2ServerTest, AnswersRequests) {
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(Request(1, "/a")), "HEADERS 1 :status=200 content-length=8\nDATA 1 hello /a END\n");
  EXPECT_EQ(peer->Ask(Request(3, "/b?c")), "HEADERS 3 :status=200 content-length=8\nDATA 3 hello /b END\n");
  EXPECT_EQ(server_->requests_in_flight(), 0u);
  EXPECT_EQ(server_->connections(), 1u);
  peer->Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(H2ServerTest, DoesNotDependOnHowTheBytesAreSplit) {
  std::string said = std::string(kPreface) + Frame(kSettings, 0, 0, "") + Request(1, "/a") +
                     Request(3, "/echo", {}, false, "POST") + Frame(kData, kEndStream, 3, "body");
  for (const size_t read_bytes_max : {1, 2, 7, 100}) {
    auto peer = ConnectSilently({.read_bytes_max = read_bytes_max});
    EXPECT_EQ(peer->Ask(said),
              "HEADERS 1 :status=200 content-length=8\nDATA 1 hello /a END\n"
              "HEADERS 3 :status=200 content-length=4\nDATA 3 body END\n");
  }
}

TEST_F(H2ServerTest, ServesStreamsAtTheSameTimeAndAnswersInTheOrderOfReadiness) {
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(Request(1, "/wait") + Request(3, "/wait")), "");
  EXPECT_EQ(server_->requests_in_flight(), 2u);
  EXPECT_THAT(peer->Ask(Request(5, "/c")), StartsWith("HEADERS 5 "));
  handler_.Release();
  EXPECT_EQ(peer->Hear(),
            "HEADERS 1 :status=200 content-length=8\nHEADERS 3 :status=200 content-length=8\n"
            "DATA 1 released END\nDATA 3 released END\n");
}

TEST_F(H2ServerTest, LeavesBodiesOutWhereThereMustBeNone) {
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(Request(1, "/a", {}, true, "HEAD")), "HEADERS 1 :status=200 content-length=8 END\n");
  EXPECT_EQ(peer->Ask(Request(3, "/stream?5000", {}, true, "HEAD")), "HEADERS 3 :status=200 END\n");
}

TEST_F(H2ServerTest, PassesTrailersBothWays) {
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(Request(1, "/trailers", {}, false, "POST") + Frame(kData, 0, 1, "body") +
                      Frame(kHeaders, kEndHeaders | kEndStream, 1,
                            Block({{"x-sum", "1"}, {"x_sum", "2"}, {"authorization", "a"}}))),
            "HEADERS 1 :status=200 content-length=8\nDATA 1 x-sum=1; END\n");
  EXPECT_EQ(peer->Ask(Request(3, "/stream?3")),
            "HEADERS 3 :status=200\nDATA 3 sss\nHEADERS 3 x-sum=42 END\n");
}

TEST_F(H2ServerTest, AnswersForHandlersThatDoNot) {
  auto peer = Connect();
  EXPECT_THAT(peer->Ask(Request(1, "/nothing")), StartsWith("HEADERS 1 :status=500 "));
  EXPECT_EQ(peer->Ask(Request(3, "/half")), "RESET 3 2\n");
  EXPECT_THAT(peer->Ask(Request(5, "/upgrade")), HasSubstr("DATA 5 no upgrade END\n"));
}

TEST_F(H2ServerTest, AsksForTheBodyThatWaits) {
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(Request(1, "/echo", {{"expect", "100-continue"}}, false, "PUT")),
            "HEADERS 1 :status=100\n");
  EXPECT_THAT(peer->Ask(Frame(kData, kEndStream, 1, "x")), EndsWith("DATA 1 x END\n"));
  EXPECT_THAT(peer->Ask(Request(3, "/echo", {{"expect", "200-ok"}}, false, "PUT")),
              StartsWith("HEADERS 3 :status=417 "));
}

TEST_F(H2ServerTest, TellsTheClientToStopWhenAllIsSaid) {
  auto peer = Connect();
  EXPECT_EQ(peer->Ask(Request(1, "/a", {}, false, "POST")),
            "HEADERS 1 :status=200 content-length=8\nDATA 1 hello /a END\nRESET 1 0\n");
  EXPECT_THAT(peer->Ask(Frame(kData, 0, 1, "late") + Request(3, "/b")), StartsWith("HEADERS 3 "));
}

TEST_F(H2ServerTest, JoinsCookiesAndDropsNamesWithUnderscores) {
  struct Fields : Handler {
    net::Task<void> Handle(Exchange& exchange) override {
      std::string text;
      for (const Field& field : exchange.request().fields) text += Format("{}={};", field.name, field.value);
      exchange.Respond({}, text);
      co_return;
    }
  } fields;
  server_ = std::make_unique<Server>(loop_, fields);
  auto peer = Connect();
  EXPECT_THAT(peer->Ask(Request(1, "/",
                                {{"cookie", "a=1"},
                                 {"x", "y"},
                                 {"cookie", "b=2"},
                                 {"transfer_encoding", "chunked"},
                                 {"te", "trailers"}})),
              HasSubstr("DATA 1 cookie=a=1; b=2;x=y;te=trailers; END\n"));
}

TEST_F(H2ServerTest, LetsAClientSendOnlyAsMuchAsTheHandlerReads) {
  auto peer = Connect();
  peer->Say(Request(1, "/wait", {}, false, "PUT"));
  for (int i = 0; i < 4; ++i) peer->Say(Frame(kData, 0, 1, std::string(16384, 'x')));
  EXPECT_EQ(peer->Hear(true), "");
  EXPECT_EQ(peer->Ask(Frame(kData, 0, 1, "x")), "RESET 1 3\n");

  peer->Say(Request(3, "/duplex", {}, false, "PUT"));
  for (int i = 0; i < 3; ++i) peer->Say(Frame(kData, 0, 3, std::string(16384, 'x')));
  EXPECT_THAT(peer->Hear(true), HasSubstr("WINDOW 3 "));
}

TEST_F(H2ServerTest, SendsOnlyAsMuchAsTheClientAllows) {
  auto peer = Connect(Setting(4, 10));
  EXPECT_EQ(peer->Ask(Request(1, "/stream?25")), "HEADERS 1 :status=200\nDATA 1 ssssssssss\n");
  EXPECT_EQ(peer->Ask(Frame(kWindowUpdate, 0, 1, Number(10, 4))), "DATA 1 ssssssssss\n");
  EXPECT_EQ(peer->Ask(Frame(kSettings, 0, 0, Setting(4, 0))), "");
  EXPECT_EQ(peer->Ask(Frame(kWindowUpdate, 0, 1, Number(14, 4))), "DATA 1 ssss\n");
  EXPECT_EQ(peer->Ask(Frame(kWindowUpdate, 0, 1, Number(1, 4))), "DATA 1 s\nHEADERS 1 x-sum=42 END\n");
}

TEST_F(H2ServerTest, StopsAHandlerWhileTheClientDoesNotTakeItsResponse) {
  auto peer = Connect();
  (void)peer->Ask(Request(1, "/stream?1000000"));
  EXPECT_EQ(peer->data_bytes(), 65535u);
  EXPECT_LT(handler_.streamed_bytes, 65535u + 20'000);
  while (peer->data_bytes() < 1'000'000) {
    const size_t before = peer->data_bytes();
    (void)peer->Ask(Frame(kWindowUpdate, 0, 0, Number(30000, 4)) +
                    Frame(kWindowUpdate, 0, 1, Number(30000, 4)));
    ASSERT_GT(peer->data_bytes(), before);
  }
  EXPECT_EQ(peer->data_bytes(), 1'000'000u);
}

TEST_F(H2ServerTest, CancelsTheHandlerOfAStreamThatIsReset) {
  auto peer = Connect();
  peer->Say(Request(1, "/wait") + Request(3, "/wait"));
  EXPECT_EQ(server_->requests_in_flight(), 2u);
  peer->Say(Frame(kReset, 0, 1, Number(8, 4)));
  EXPECT_EQ(server_->requests_in_flight(), 1u);
  handler_.Release();
  EXPECT_THAT(peer->Hear(), EndsWith("DATA 3 released END\n"));
  peer->Say(Request(5, "/wait"));
  peer->Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_->requests_in_flight(), 0u);
  EXPECT_EQ(server_->connections(), 0u);
}

// Time.

TEST_F(H2ServerTest, ResetsAStreamWhoseWindowStaysShut) {
  auto peer = Connect(Setting(4, 0));
  EXPECT_EQ(peer->Ask(Request(1, "/stream?100") + Request(3, "/a")),
            "HEADERS 1 :status=200\nHEADERS 3 :status=200 content-length=8\n");
  Pass(seconds(29));
  EXPECT_EQ(peer->Ask(Frame(kWindowUpdate, 0, 3, Number(1, 4))), "DATA 3 h\n");
  Pass(seconds(1));
  EXPECT_EQ(peer->Hear(), "RESET 1 8\n");
  Pass(seconds(29));
  EXPECT_EQ(peer->Hear(), "RESET 3 8\n");
  EXPECT_EQ(server_->requests_in_flight(), 0u);
}

TEST_F(H2ServerTest, ClosesIdleConnections) {
  auto peer = Connect();
  Pass(seconds(74));
  EXPECT_THAT(peer->Ask(Request(1, "/a")), StartsWith("HEADERS 1 "));
  Pass(seconds(74));
  // Frames that serve nothing do not keep it open.
  EXPECT_EQ(peer->Ask(Frame(kPing, 0, 0, "12345678")), "PING 12345678 ACK\n");
  Pass(seconds(1));
  EXPECT_EQ(peer->Hear(), "GOAWAY 1 0\n");
}

TEST_F(H2ServerTest, DoesNotCallAConnectionWithARequestIdle) {
  auto peer = Connect();
  peer->Say(Request(1, "/wait"));
  Pass(seconds(1000));
  handler_.Release();
  EXPECT_THAT(peer->Hear(), EndsWith("DATA 1 released END\n"));
  Pass(seconds(74));
  EXPECT_EQ(peer->Hear(), "");
  Pass(seconds(1));
  EXPECT_EQ(peer->Hear(), "GOAWAY 1 0\n");
}

TEST_F(H2ServerTest, GivesHeadersOnlySomeTime) {
  auto silent = ConnectSilently();
  silent->Say(kPreface);
  Pass(seconds(10));
  EXPECT_EQ(silent->Hear(), "GOAWAY 0 11\n");

  auto peer = Connect();
  peer->Say(Frame(kHeaders, 0, 1, HpackField(":method", "GET")));
  for (int i = 0; i < 9; ++i) {
    Pass(seconds(1));
    if (i < 5) peer->Say(Frame(kContinuation, 0, 1, HpackField("a", "b")));
  }
  EXPECT_EQ(peer->Hear(), "");
  Pass(seconds(1));
  EXPECT_EQ(peer->Hear(), "GOAWAY 1 11\n");
}

TEST_F(H2ServerTest, GivesBodiesOnlySomeTime) {
  auto peer = Connect();
  peer->Say(Request(1, "/echo", {}, false, "PUT"));
  Pass(seconds(29));
  peer->Say(Frame(kData, 0, 1, "x"));
  Pass(seconds(29));
  EXPECT_EQ(peer->Hear(), "");
  Pass(seconds(1));
  EXPECT_THAT(peer->Hear(), StartsWith("HEADERS 1 :status=408 "));
  EXPECT_EQ(handler_.body_error, ErrorCode::kTimeout);
}

TEST_F(H2ServerTest, BreaksAConnectionThatTakesNothing) {
  auto peer = Connect(Setting(4, 1'000'000), {.capacity = 1000});
  const std::string said = Request(1, "/stream?100000");
  const iovec piece{const_cast<char*>(said.data()), said.size()};
  ASSERT_EQ(peer->end().TryWrite({&piece, 1}).bytes, said.size());
  loop_.RunUntilIdle();
  Pass(seconds(30));
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_EQ(server_->requests_in_flight(), 0u);
}

// Leaving.

TEST_F(H2ServerTest, AsksClientsToLeaveWhileDraining) {
  auto peer = Connect();
  server_->StartDraining();
  EXPECT_EQ(peer->Hear(), "");
  EXPECT_EQ(peer->Ask(Request(1, "/a")),
            "GOAWAY 2147483647 0\nHEADERS 1 :status=200 content-length=8\nDATA 1 hello /a END\n");
  // What the client sent before it knew is served.
  EXPECT_THAT(peer->Ask(Request(3, "/b")), StartsWith("HEADERS 3 :status=200 "));
}

TEST_F(H2ServerTest, FinishesWhatItHasSeenWhenItCloses) {
  auto peer = Connect();
  peer->Say(Request(1, "/wait"));
  net::TaskGroup group(loop_);
  std::optional<bool> in_time;
  const auto drain = [](Server& server, TimePoint deadline, std::optional<bool>& result) -> net::Task<void> {
    result = co_await server.Drain(deadline);
  };
  group.Spawn(drain(*server_, clock_.Now() + seconds(20), in_time));
  EXPECT_EQ(peer->Hear(), "GOAWAY 2147483647 0\nPING leaving.\n");
  EXPECT_EQ(peer->Ask(Request(3, "/b") + Frame(kPing, kAck, 0, "leaving.")),
            "GOAWAY 3 0\nHEADERS 3 :status=200 content-length=8\nDATA 3 hello /b END\n");
  EXPECT_EQ(peer->Ask(Request(5, "/b")), "");
  EXPECT_FALSE(in_time.has_value());
  handler_.Release();
  EXPECT_THAT(peer->Hear(), EndsWith("DATA 1 released END\n"));
  EXPECT_TRUE(peer->ended());
  peer->Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(in_time, true);
}

TEST_F(H2ServerTest, ClosesIdleConnectionsOfClientsThatDoNotAnswer) {
  auto peer = Connect();
  net::TaskGroup group(loop_);
  const auto drain = [](Server& server, TimePoint deadline) -> net::Task<void> {
    (void)co_await server.Drain(deadline);
  };
  group.Spawn(drain(*server_, clock_.Now() + seconds(20)));
  EXPECT_EQ(peer->Hear(), "GOAWAY 2147483647 0\nPING leaving.\n");
  Pass(seconds(1));
  EXPECT_EQ(peer->Hear(), "GOAWAY 0 0\n");
  EXPECT_TRUE(peer->ended());
}

}  // namespace
}  // namespace cairn::http::testing
