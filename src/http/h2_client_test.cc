// The client's HTTP/2 side over streams in memory: against a server by hand, frame by frame, and against our
// own with odd splits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/h2_client.h"
#include "http/testing/h2_server_fixture.h"
#include "net/task_group.h"

namespace cairn::http::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What became of one exchange.
struct Outcome {
  std::optional<Error> error;
  bool sent = false;
  int status = 0;
  std::string fields;
  std::string body;
  std::string trailers;
  bool done = false;
};

net::Task<void> WriteRequestBody(ClientExchange& exchange, std::string body, Outcome& outcome) {
  const Field trailer{"X-Sum", "1"};
  Result<> written = co_await exchange.WriteBody(body);
  if (written) written = co_await exchange.FinishBody({&trailer, 1});
  if (!written && !outcome.error) outcome.error = written.error();
}

net::Task<void> ReadResponse(ClientExchange& exchange, Outcome& outcome) {
  const Result<ResponseHead> head = co_await exchange.ReadHead(kNever);
  outcome.sent = exchange.request_sent();
  if (!head) {
    outcome.error = head.error();
    co_return;
  }
  outcome.status = head->status;
  for (const Field& field : head->fields) {
    if (field.name != "date") outcome.fields += Format("{}={};", field.name, field.value);
  }
  for (;;) {
    const Result<std::string_view> piece = co_await exchange.ReadBody(kNever);
    if (!piece) outcome.error = piece.error();
    if (!piece || piece->empty()) break;
    outcome.body += *piece;
  }
  for (const Field& field : exchange.trailers())
    outcome.trailers += Format("{}={};", field.name, field.value);
}

// One request from its start to its end; the body is written while the response is read.
net::Task<void> Exchanged(net::Loop& loop, ClientConnection& connection, ClientRequest request,
                          std::string body, Outcome& outcome) {
  auto exchange = co_await connection.Start(request, kNever);
  if (!exchange) {
    outcome.error = exchange.error();
    outcome.done = true;
    co_return;
  }
  net::TaskGroup writing(loop);
  if (request.body != BodyKind::kNone) {
    writing.Spawn(WriteRequestBody(**exchange, std::move(body), outcome));
  }
  co_await ReadResponse(**exchange, outcome);
  outcome.done = true;
}

ClientRequest To(std::string_view target) {
  ClientRequest request;
  request.target = target;
  request.authority = "h";
  return request;
}

ClientRequest Post(std::string_view target) {
  ClientRequest request = To(target);
  request.method = "POST";
  request.body = BodyKind::kStreamed;
  return request;
}

class H2ClientTest : public H2ServerTest {
 protected:
  H2ClientTest() : tasks_(loop_) {}

  // A connection to a server by hand.
  std::unique_ptr<H2Peer> Accept(std::string_view settings = "") {
    auto [server_end, client_end] = net::MakePipe(loop_);
    connection_ = MakeH2ClientConnection(std::move(client_end), options_);
    auto peer = std::make_unique<H2Peer>(std::move(server_end));
    peer->Say(Frame(kSettings, 0, 0, settings));
    peer->Say(Frame(kSettings, kAck, 0, ""));
    EXPECT_EQ(peer->Hear(), "");
    return peer;
  }

  // A connection to our own server.
  void ConnectToServer(net::PipeOptions options) {
    auto [server_end, client_end] = net::MakePipe(loop_, options);
    server_->Serve(std::move(server_end));
    connection_ = MakeH2ClientConnection(std::move(client_end), options_);
  }

  void Begin(const ClientRequest& request, Outcome& outcome, std::string body = "") {
    tasks_.Spawn(Exchanged(loop_, *connection_, request, std::move(body), outcome));
    loop_.RunUntilIdle();
  }

  ClientOptions options_;
  std::unique_ptr<ClientConnection> connection_;
  net::TaskGroup tasks_;  // before the connection goes
};

std::string ResponseHeaders(uint32_t stream, Fields fields, bool end_stream = false) {
  return Frame(kHeaders, static_cast<uint8_t>(kEndHeaders | (end_stream ? kEndStream : 0)), stream,
               Block(fields));
}

TEST_F(H2ClientTest, SendsRequestsAndReadsResponses) {
  auto peer = Accept();
  ClientRequest request = To("/a?b");
  const Field fields[] = {{"X-Name", "v"}, {"Connection", "close"}, {"Host", "other"}, {"TE", "trailers"},
                          {":path", "/x"}, {"bad name", "v"},       {"x", "a\r\nb"}};
  request.fields = fields;
  Outcome outcome;
  Begin(request, outcome);
  EXPECT_EQ(peer->Hear(),
            "HEADERS 1 :method=GET :scheme=http :authority=h :path=/a?b x-name=v te=trailers END\n");
  peer->Say(ResponseHeaders(1, {{":status", "103"}, {"link", "x"}}) +
            ResponseHeaders(1, {{":status", "200"}, {"x", "y"}}) + Frame(kData, 0, 1, "bo") +
            Frame(kData, 0, 1, "dy") + ResponseHeaders(1, {{"x-sum", "1"}}, true));
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.fields, "x=y;");
  EXPECT_EQ(outcome.body, "body");
  EXPECT_EQ(outcome.trailers, "x-sum=1;");
  EXPECT_EQ(connection_->exchanges(), 0u);
  EXPECT_TRUE(connection_->reusable());
}

TEST_F(H2ClientTest, SendsBodiesWithTrailersAsTheServerAllows) {
  auto peer = Accept(Setting(4, 10));
  Outcome outcome;
  Begin(Post("/"), outcome, std::string(15, 'x'));
  EXPECT_EQ(peer->Hear(), "HEADERS 1 :method=POST :scheme=http :authority=h :path=/\nDATA 1 xxxxxxxxxx\n");
  EXPECT_EQ(peer->Ask(Frame(kWindowUpdate, 0, 1, Number(5, 4))), "DATA 1 xxxxx\nHEADERS 1 x-sum=1 END\n");
  peer->Say(ResponseHeaders(1, {{":status", "204"}}, true));
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.status, 204);
}

TEST_F(H2ClientTest, HoldsItsServerToTheBodyThatIsRead) {
  auto peer = Accept();
  auto exchange = std::make_shared<std::unique_ptr<ClientExchange>>();
  const auto start = [](ClientConnection& connection,
                        std::shared_ptr<std::unique_ptr<ClientExchange>> into) -> net::Task<void> {
    auto started = co_await connection.Start(To("/"), kNever);
    if (started) *into = std::move(*started);
  };
  tasks_.Spawn(start(*connection_, exchange));
  (void)peer->Hear();
  peer->Say(ResponseHeaders(1, {{":status", "200"}}));
  for (int i = 0; i < 4; ++i) peer->Say(Frame(kData, 0, 1, std::string(16384, 'x')));
  EXPECT_EQ(peer->Hear(true), "");  // nobody has read
  Outcome outcome;
  tasks_.Spawn(ReadResponse(**exchange, outcome));
  EXPECT_THAT(peer->Hear(true), HasSubstr("WINDOW 1 "));
  EXPECT_EQ(outcome.body.size(), 65536u);
  tasks_.CancelAll();
  exchange->reset();
  EXPECT_EQ(peer->Hear(), "RESET 1 8\n");
  EXPECT_TRUE(connection_->reusable());
}

TEST_F(H2ClientTest, QueuesBeyondWhatTheServerAllows) {
  auto peer = Accept(Setting(3, 1));
  Outcome first, second;
  EXPECT_TRUE(connection_->reusable());
  Begin(To("/1"), first);
  EXPECT_FALSE(connection_->reusable());
  Begin(To("/2"), second);
  EXPECT_THAT(peer->Hear(), Not(HasSubstr("HEADERS 3")));
  EXPECT_THAT(peer->Ask(ResponseHeaders(1, {{":status", "200"}}, true)), StartsWith("HEADERS 3 "));
  peer->Say(ResponseHeaders(3, {{":status", "201"}}, true));
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.status, 201);
}

TEST_F(H2ClientTest, SaysWhichRequestsAServerThatLeavesHasNotSeen) {
  auto peer = Accept(Setting(3, 2));
  Outcome seen, unseen, queued, late;
  Begin(To("/1"), seen);
  Begin(To("/2"), unseen);
  Begin(To("/3"), queued);
  peer->Say(Frame(kGoAway, 0, 0, Number(1, 4) + Number(0, 4)));
  EXPECT_EQ(unseen.error->code, ErrorCode::kDisconnected);
  EXPECT_FALSE(unseen.sent);
  EXPECT_EQ(queued.error->code, ErrorCode::kDisconnected);
  EXPECT_FALSE(queued.sent);
  EXPECT_FALSE(connection_->reusable());
  Begin(To("/4"), late);
  EXPECT_EQ(late.error->code, ErrorCode::kDisconnected);
  EXPECT_FALSE(seen.done);
  peer->Say(ResponseHeaders(1, {{":status", "200"}}, true));
  EXPECT_EQ(seen.status, 200);
  EXPECT_FALSE(seen.error);
}

TEST_F(H2ClientTest, TellsAStreamGivenBackFromOneThatFailed) {
  const struct {
    std::string said;
    ErrorCode code;
    bool sent;
  } cases[] = {
      {Frame(kReset, 0, 1, Number(7, 4)), ErrorCode::kDisconnected, false},  // REFUSED_STREAM
      {Frame(kReset, 0, 1, Number(2, 4)), ErrorCode::kInternal, true},       // INTERNAL_ERROR
      {ResponseHeaders(1, {{":status", "200"}}) + Frame(kReset, 0, 1, Number(8, 4)), ErrorCode::kDisconnected,
       true},
  };
  for (const auto& each : cases) {
    auto peer = Accept();
    Outcome outcome;
    Begin(To("/"), outcome);
    peer->Say(each.said);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, each.code);
    EXPECT_EQ(outcome.sent, each.sent);
    EXPECT_TRUE(connection_->reusable());
  }
}

TEST_F(H2ClientTest, FailsAllExchangesWithTheConnection) {
  auto peer = Accept();
  Outcome waiting, reading;
  Begin(To("/1"), waiting);
  Begin(To("/2"), reading);
  peer->Say(ResponseHeaders(3, {{":status", "200"}}) + Frame(kData, 0, 3, "par"));
  peer->Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(waiting.error->code, ErrorCode::kDisconnected);
  EXPECT_TRUE(waiting.sent);
  EXPECT_EQ(reading.error->code, ErrorCode::kDisconnected);
  EXPECT_EQ(reading.body, "par");
  EXPECT_FALSE(connection_->reusable());
}

TEST_F(H2ClientTest, RefusesMalformedResponses) {
  std::string many;
  for (int i = 0; i < 101; ++i) many += HpackField("a", "b");
  const std::string cases[] = {
      ResponseHeaders(1, {{"x", "y"}}, true),
      ResponseHeaders(1, {{":status", "20"}}, true),
      ResponseHeaders(1, {{":status", "099"}}, true),
      ResponseHeaders(1, {{":status", "2x0"}}, true),
      ResponseHeaders(1, {{":status", "101"}}),
      ResponseHeaders(1, {{":status", "200"}, {"connection", "close"}}, true),
      ResponseHeaders(1, {{":status", "200"}, {"X", "y"}}, true),
      ResponseHeaders(1, {{":status", "200"}, {"content-length", "2"}}) + Frame(kData, kEndStream, 1, "x"),
      ResponseHeaders(1, {{":status", "200"}, {"content-length", "1"}}) + Frame(kData, 0, 1, "xy"),
      Frame(kHeaders, kEndHeaders, 1, Block({{":status", "200"}}) + many),
      ResponseHeaders(1, {{":status", "200"}, {"x", "y"}}) +
          Frame(kHeaders, kEndHeaders | kEndStream, 1, HpackField("x", std::string(9000, 'x'))),
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    auto peer = Accept();
    Outcome outcome;
    Begin(To("/"), outcome);
    EXPECT_THAT(peer->Ask(cases[i]), HasSubstr("RESET 1 ")) << i;
    ASSERT_TRUE(outcome.error) << i;
    EXPECT_EQ(outcome.error->code, ErrorCode::kInternal) << i;
  }
}

TEST_F(H2ClientTest, SendsTheBodyWhenTheServerAsksForItOrAfterAWhile) {
  ClientRequest request = Post("/");
  request.expect_continue = true;
  auto peer = Accept();
  Outcome asked, unasked;
  Begin(request, asked, "body");
  EXPECT_EQ(peer->Hear(), "HEADERS 1 :method=POST :scheme=http :authority=h :path=/ expect=100-continue\n");
  EXPECT_THAT(peer->Ask(ResponseHeaders(1, {{":status", "100"}})), StartsWith("DATA 1 body\n"));
  Begin(request, unasked, "body");
  EXPECT_THAT(peer->Hear(), StartsWith("HEADERS 3 "));
  Pass(seconds(1));
  EXPECT_THAT(peer->Hear(), StartsWith("DATA 3 body\n"));
}

TEST_F(H2ClientTest, StopsSendingABodyThatWasRefused) {
  auto peer = Accept(Setting(4, 10));
  Outcome outcome;
  Begin(Post("/"), outcome, std::string(100'000, 'x'));
  (void)peer->Hear();
  peer->Say(ResponseHeaders(1, {{":status", "413"}}) + Frame(kData, kEndStream, 1, "no"));
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.status, 413);
  EXPECT_EQ(outcome.body, "no");
  EXPECT_EQ(outcome.error->code, ErrorCode::kDisconnected);  // of the writer
  EXPECT_EQ(peer->Hear(), "RESET 1 8\n");
}

TEST_F(H2ClientTest, GivesUpOnAServerThatTakesNoBody) {
  auto peer = Accept(Setting(4, 0));
  Outcome outcome;
  Begin(Post("/"), outcome, "body");
  Pass(seconds(29));
  EXPECT_FALSE(outcome.done);
  Pass(seconds(1));
  EXPECT_EQ(outcome.error->code, ErrorCode::kTimeout);
}

TEST_F(H2ClientTest, RefusesRequestsThatCannotBeSent) {
  auto peer = Accept();
  const std::string long_value(70'000, 'x');
  const Field field{"x", long_value};
  ClientRequest bad[] = {To("/a b"), To("/"), To("/"), To("/")};
  bad[1].upgrade = "websocket";
  bad[2].method = "CONNECT";
  bad[3].fields = {&field, 1};
  for (const ClientRequest& request : bad) {
    Outcome outcome;
    Begin(request, outcome);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(peer->Hear(), "");
}

// Both ends are ours; the oracle is that bytes arrive as they were sent.
TEST_F(H2ClientTest, EchoesBodiesHoweverTheBytesAreSplit) {
  const std::string body = [] {
    std::string text;
    for (int i = 0; text.size() < 300'000; ++i) text += Format("{} ", i);
    return text;
  }();
  for (const net::PipeOptions options :
       {net::PipeOptions{}, net::PipeOptions{.capacity = 700},
        net::PipeOptions{.capacity = 5000, .read_bytes_max = 13}, net::PipeOptions{.read_bytes_max = 1000}}) {
    ConnectToServer(options);
    Outcome outcomes[20];
    for (Outcome& outcome : outcomes) {
      const bool whole = &outcome == &outcomes[0];
      Begin(Post(whole ? "/echo" : "/duplex"), outcome, whole ? body : body.substr(0, 40'000));
    }
    for (Outcome& outcome : outcomes) {
      EXPECT_TRUE(outcome.done);
      EXPECT_FALSE(outcome.error) << outcome.error->message;
      EXPECT_EQ(outcome.body, &outcome == &outcomes[0] ? body : body.substr(0, 40'000));
    }
    EXPECT_EQ(connection_->exchanges(), 0u);
    EXPECT_EQ(server_->requests_in_flight(), 0u);
  }
}

TEST_F(H2ClientTest, LeavesAServerThatDrains) {
  ConnectToServer({});
  Outcome waiting, other;
  Begin(To("/wait"), waiting);
  server_->StartDraining();
  Begin(To("/a"), other);
  EXPECT_EQ(other.body, "hello /a");
  EXPECT_FALSE(connection_->reusable());
  handler_.Release();
  loop_.RunUntilIdle();
  EXPECT_EQ(waiting.body, "released");
  // All is done, and both ends agree that it is over.
  EXPECT_EQ(connection_->exchanges(), 0u);
}

TEST_F(H2ClientTest, CancelsTheServersHandlerWithTheExchange) {
  ConnectToServer({});
  Outcome outcome;
  Begin(To("/wait"), outcome);
  EXPECT_EQ(server_->requests_in_flight(), 1u);
  tasks_.CancelAll();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_->requests_in_flight(), 0u);
  Outcome next;
  Begin(To("/a"), next);
  EXPECT_EQ(next.body, "hello /a");
}

}  // namespace
}  // namespace cairn::http::testing
