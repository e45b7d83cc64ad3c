// The client with its pool, over real sockets: against our server, and against one that is written down here.

#include "http/client.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/testing/manual_clock.h"
#include "http/server.h"
#include "http/testing/peer_process.h"
#include "http/testing/test_handler.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/task_group.h"

namespace cairn::http {
namespace {

const Origin kOrigin{.tls = false, .host = "name", .port = 8080};
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

net::Task<void> FetchInto(Client& client, ClientRequest request, std::string body,
                          std::optional<Result<FetchedResponse>>& response) {
  response = co_await client.Fetch(kOrigin, request, std::move(body), kNever);
}

class ClientTest : public testing::Test {
 protected:
  ClientTest() : loop_(clock_), resolver_(socket_), handler_(loop_), group_(loop_) { Restart({}); }

  void Restart(const ClientOptions& options) {
    client_ = std::make_unique<Client>(loop_, resolver_, options);
  }

  std::unique_ptr<net::Listener> Listen() {
    auto listener = net::Listener::Open(loop_, *net::Address::Parse("unix:" + socket_));
    EXPECT_TRUE(listener);
    return std::move(*listener);
  }

  void Serve() {
    server_ = std::make_unique<Server>(loop_, handler_);
    server_->Listen(Listen());
  }

  // As far as it comes without time passing.
  std::optional<Result<FetchedResponse>> Fetch(const ClientRequest& request, std::string body = {}) {
    std::optional<Result<FetchedResponse>> response;
    net::TaskGroup group(loop_);
    group.Spawn(FetchInto(*client_, request, std::move(body), response));
    Settle();
    return response;
  }

  // Local sockets deliver at once; what one turn sends, one of the next receives.
  void Settle() {
    for (int i = 0; i < 50; ++i) loop_.RunUntilIdle();
  }

  static ClientRequest Get(std::string_view target) {
    ClientRequest request;
    request.target = target;
    return request;
  }
  static ClientRequest Post(std::string_view target) {
    ClientRequest request = Get(target);
    request.method = "POST";
    return request;
  }

  TemporaryDirectory directory_;
  const std::string socket_ = directory_ / "socket";
  ManualClock clock_;
  net::Loop loop_;
  OneSocketResolver resolver_;
  TestHandler handler_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
  net::TaskGroup group_;
};

TEST_F(ClientTest, FetchesOverOneConnection) {
  Serve();
  for (int i = 0; i < 3; ++i) {
    const auto response = Fetch(Post("/echo"), "body");
    ASSERT_TRUE(response && *response);
    EXPECT_EQ((*response)->status, 200);
    EXPECT_EQ((*response)->body, "body");
    EXPECT_EQ((*response)->fields.back().second, "4");
    EXPECT_EQ(server_->connections(), 1u);
  }
}

TEST_F(ClientTest, OpensAConnectionForEachRequestAtTheSameTimeAndKeepsThem) {
  Serve();
  for (int round = 0; round < 2; ++round) {
    net::TaskGroup group(loop_);
    std::array<std::optional<Result<FetchedResponse>>, 5> responses;
    for (auto& response : responses) group.Spawn(FetchInto(*client_, Get("/wait"), "", response));
    Settle();
    EXPECT_EQ(server_->requests_in_flight(), 5u);
    handler_.Release();
    Settle();
    for (const auto& response : responses) EXPECT_TRUE(response && *response);
    EXPECT_EQ(server_->connections(), 5u);
  }
}

TEST_F(ClientTest, KeepsAtMostSoManyIdleConnections) {
  ClientOptions options;
  options.idle_connections_per_origin_max = 2;
  Restart(options);
  Serve();
  std::array<std::optional<Result<FetchedResponse>>, 5> responses;
  for (auto& response : responses) group_.Spawn(FetchInto(*client_, Get("/wait"), "", response));
  Settle();
  handler_.Release();
  Settle();
  EXPECT_EQ(server_->connections(), 2u);
}

TEST_F(ClientTest, ClosesConnectionsThatStayIdle) {
  Serve();
  ASSERT_TRUE(Fetch(Get("/")));
  clock_.Advance(std::chrono::seconds(31));
  Settle();
  EXPECT_EQ(server_->connections(), 1u);
  clock_.Advance(std::chrono::seconds(31));
  Settle();
  EXPECT_EQ(server_->connections(), 0u);
  ASSERT_TRUE(Fetch(Get("/")));
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ClientTest, GivesUpAConnectionWhoseResponseWasNotRead) {
  Serve();
  const auto look = [](Client& client, int& status) -> net::Task<void> {
    ClientRequest request;
    request.target = "/stream?1000000";
    Origin origin = kOrigin;
    auto exchange = co_await client.Send(std::move(origin), request, kNever);
    const auto head = co_await (*exchange)->ReadHead(kNever);
    status = head->status;
  };
  int status = 0;
  group_.Spawn(look(*client_, status));
  Settle();
  EXPECT_EQ(status, 200);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ClientTest, BoundsTheBodyItCollects) {
  ClientOptions options;
  options.message.body_bytes_max = 5000;
  Restart(options);
  Serve();
  EXPECT_EQ((**Fetch(Get("/stream?5000"))).body.size(), 5000u);
  EXPECT_EQ(Fetch(Get("/stream?5001"))->error().code, ErrorCode::kOverloaded);
}

TEST_F(ClientTest, FailsWhenNobodyListens) {
  const auto response = Fetch(Get("/"));
  ASSERT_TRUE(response.has_value());
  EXPECT_FALSE(*response);
}

// A server that says what it is told to: for each connection, for each request an answer, then the end.
net::Task<void> Play(net::Listener& listener, std::vector<std::vector<std::string>> script,
                     std::vector<std::string>& heard) {
  for (const std::vector<std::string>& answers : script) {
    auto stream = co_await listener.Accept();
    std::array<char, 4096> bytes;
    for (const std::string& answer : answers) {
      const auto size = co_await net::ReadSome(**stream, bytes, kNever);
      if (!size) co_return;
      heard.emplace_back(bytes.data(), *size);
      const auto sent = co_await net::WriteAll(**stream, answer, kNever);
      if (!sent) co_return;
    }
  }
}

TEST_F(ClientTest, ReplacesADeadKeptConnectionOnceForARepeatableRequest) {
  const auto listener = Listen();
  std::vector<std::string> heard;
  // The second request of the first connection is read, and then the connection ends.
  group_.Spawn(Play(*listener, {{std::string(kOk), ""}, {std::string(kOk), ""}, {""}}, heard));
  EXPECT_TRUE(*Fetch(Get("/1")));
  EXPECT_TRUE(*Fetch(Get("/2")));
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_EQ(heard[1], "GET /2 HTTP/1.1\r\nHost: name:8080\r\n\r\n");
  EXPECT_EQ(heard[1], heard[2]);
  // Once only: the replacement ends too.
  EXPECT_EQ(Fetch(Get("/3"))->error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(heard.size(), 5u);
}

TEST_F(ClientTest, DoesNotRepeatWhatMayHaveHappened) {
  const auto listener = Listen();
  std::vector<std::string> heard;
  group_.Spawn(Play(*listener, {{std::string(kOk), ""}, {std::string(kOk)}}, heard));
  EXPECT_TRUE(*Fetch(Get("/1")));
  EXPECT_EQ(Fetch(Post("/2"))->error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(heard.size(), 2u);
}

TEST_F(ClientTest, DoesNotUseAKeptConnectionThatIsKnownToBeClosed) {
  const auto listener = Listen();
  std::vector<std::string> heard;
  group_.Spawn(Play(*listener, {{std::string(kOk)}, {std::string(kOk)}}, heard));
  EXPECT_TRUE(*Fetch(Get("/1")));
  EXPECT_TRUE(*Fetch(Post("/2"), "body"));  // would not have been repeated
  EXPECT_EQ(heard.size(), 2u);
}

TEST_F(ClientTest, DoesNotRepeatAfterTheResponseBegan) {
  const auto listener = Listen();
  std::vector<std::string> heard;
  group_.Spawn(Play(*listener, {{std::string(kOk), "HTTP/1.1 2"}, {std::string(kOk)}}, heard));
  EXPECT_TRUE(*Fetch(Get("/1")));
  EXPECT_EQ(Fetch(Get("/2"))->error().code, ErrorCode::kInternal);
  EXPECT_EQ(heard.size(), 2u);
}

}  // namespace
}  // namespace cairn::http
