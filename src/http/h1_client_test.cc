// The client's HTTP/1 side over streams in memory: against scripted servers, and against our own.

#include "http/h1_client.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/testing/manual_clock.h"
#include "http/server.h"
#include "http/testing/test_handler.h"
#include "net/loop.h"
#include "net/task_group.h"
#include "net/testing/pipe.h"

namespace cairn::http {
namespace {

using std::chrono::seconds;

// What came of one exchange.
struct Outcome {
  std::optional<Error> error;  // the first
  int status = 0;
  std::string fields;
  std::string body;
  std::string trailers;
  bool done = false;
};

std::string Join(std::span<const Field> fields) {
  std::string text;
  for (const Field& field : fields) text += Format("{}={};", field.name, field.value);
  return text;
}

// Sends `request` with `pieces` as its body and reads the whole response.
net::Task<void> Talk(H1ClientConnection& connection, ClientRequest request,
                     std::vector<std::string_view> pieces, std::vector<Field> trailers, Outcome& outcome) {
  request.authority = "h";
  outcome.done = true;
  auto exchange = co_await connection.Start(request, kNever);
  if (!exchange) outcome.error = exchange.error();
  if (!exchange) co_return;
  outcome.done = false;
  Result<> written;
  for (const std::string_view piece : pieces) {
    if (written) written = co_await (*exchange)->WriteBody(piece);
  }
  if (written) written = co_await (*exchange)->FinishBody(trailers);
  if (!written) outcome.error = written.error();
  const TimePoint deadline = kNever;
  const Result<ResponseHead> head = co_await (*exchange)->ReadHead(deadline);
  outcome.done = true;
  if (!head && !outcome.error) outcome.error = head.error();
  if (!head) co_return;
  outcome.status = head->status;
  for (;;) {
    const Result<std::string_view> piece = co_await (*exchange)->ReadBody(deadline);
    if (!piece) outcome.error = piece.error();
    if (!piece || piece->empty()) break;
    outcome.body += *piece;
  }
  outcome.fields = Join(head->fields);
  outcome.trailers = Join((*exchange)->trailers());
}

class H1ClientTest : public testing::Test {
 protected:
  H1ClientTest() : loop_(clock_), group_(loop_) { Connect({}); }

  void Connect(net::PipeOptions pipe_options) {
    auto [client_end, server_end] = net::MakePipe(loop_, pipe_options);
    server_ = std::move(server_end);
    connection_ = std::make_unique<H1ClientConnection>(std::move(client_end), options_);
  }

  // Starts an exchange; `outcome` must outlive the test's use of the loop.
  void Begin(Outcome& outcome, ClientRequest request = {}, std::vector<std::string_view> pieces = {},
             std::vector<Field> trailers = {}) {
    group_.Spawn(Talk(*connection_, request, std::move(pieces), std::move(trailers), outcome));
    loop_.RunUntilIdle();
  }

  std::string Hear() {
    std::string heard;
    char bytes[1000];
    for (;;) {
      loop_.RunUntilIdle();
      const net::Io io = server_->TryRead(bytes);
      if (io.status != net::IoStatus::kOk) return heard;
      heard.append(bytes, io.bytes);
    }
  }

  void Answer(std::string_view bytes) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    ASSERT_EQ(server_->TryWrite({&piece, 1}).bytes, bytes.size());
    loop_.RunUntilIdle();
  }

  void Pass(Duration time) {
    clock_.Advance(time);
    loop_.RunUntilIdle();
  }

  ManualClock clock_;
  net::Loop loop_;
  ClientOptions options_;
  std::unique_ptr<net::PipeEnd> server_;
  std::unique_ptr<H1ClientConnection> connection_;
  net::TaskGroup group_;
};

constexpr std::string_view kGetText = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

ClientRequest Post(BodyKind body, uint64_t content_length = 0) {
  ClientRequest request;
  request.method = "POST";
  request.body = body;
  request.content_length = content_length;
  return request;
}

TEST_F(H1ClientTest, SendsAndReceivesAndKeepsTheConnection) {
  for (int i = 0; i < 3; ++i) {
    Outcome outcome;
    Begin(outcome);
    EXPECT_EQ(Hear(), kGetText);
    EXPECT_EQ(connection_->exchanges(), 1u);
    EXPECT_FALSE(connection_->reusable());
    Answer(kOk);
    EXPECT_TRUE(outcome.done && !outcome.error);
    EXPECT_EQ(outcome.body, "ok");
    EXPECT_TRUE(connection_->reusable());
  }
}

TEST_F(H1ClientTest, SendsAHeadTogetherWithItsBody) {
  Outcome outcome;
  Begin(outcome, Post(BodyKind::kLength, 4), {"bo", "dy"});
  EXPECT_EQ(Hear(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
  Answer(kOk);
  EXPECT_EQ(outcome.status, 200);
  Outcome empty;
  Begin(empty, Post(BodyKind::kNone));
  EXPECT_EQ(Hear(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(H1ClientTest, SendsChunksAndTrailers) {
  Outcome outcome;
  Begin(outcome, Post(BodyKind::kStreamed), {"bo", "", "dy"}, {{"Sum", "1"}});
  EXPECT_EQ(Hear(),
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "2\r\nbo\r\n2\r\ndy\r\n0\r\nSum: 1\r\n\r\n");
  Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nMore: 2\r\n\r\n");
  EXPECT_EQ(outcome.body, "abc");
  EXPECT_EQ(outcome.trailers, "More=2;");
  EXPECT_TRUE(connection_->reusable());
}

TEST_F(H1ClientTest, WaitsForContinue) {
  ClientRequest request = Post(BodyKind::kLength, 4);
  request.expect_continue = true;
  Outcome outcome;
  Begin(outcome, request, {"body"});
  EXPECT_EQ(Hear(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  Answer("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(Hear(), "body");
  Answer(kOk);
  EXPECT_EQ(outcome.body, "ok");
  EXPECT_TRUE(connection_->reusable());

  Outcome impatient;
  Begin(impatient, request, {"body"});
  EXPECT_EQ(Hear().find("body"), std::string::npos);
  Pass(seconds(2));
  EXPECT_EQ(Hear(), "body");
}

TEST_F(H1ClientTest, DoesNotSendABodyThatIsRefused) {
  ClientRequest request = Post(BodyKind::kLength, 4);
  request.expect_continue = true;
  Outcome outcome;
  Begin(outcome, request, {"body"});
  Hear();
  Answer("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(Hear(), "");
  EXPECT_EQ(outcome.status, 417);
  EXPECT_FALSE(connection_->reusable());
}

TEST_F(H1ClientTest, StopsSendingWhenTheServerRefusesInTheMiddle) {
  Connect({.capacity = 200});
  const std::string body(10'000, 'x');
  Outcome outcome;
  Begin(outcome, Post(BodyKind::kLength, body.size()), {body});
  EXPECT_FALSE(outcome.done);
  Answer("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.status, 413);
  EXPECT_EQ(outcome.body, "no");
  EXPECT_EQ(outcome.error->code, ErrorCode::kDisconnected);
  EXPECT_LE(server_->bytes_in_flight() + Hear().size(), 300u);
  EXPECT_FALSE(connection_->reusable());
}

TEST_F(H1ClientTest, SkipsInterimResponsesUpToABound) {
  Outcome outcome;
  Begin(outcome);
  Answer("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + std::string(kOk));
  EXPECT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.fields, "Content-Length=2;");
  Outcome flooded;
  Begin(flooded);
  for (int i = 0; i < 40; ++i) Answer("HTTP/1.1 102 Processing\r\n\r\n");
  EXPECT_TRUE(flooded.done);
  EXPECT_EQ(flooded.error->code, ErrorCode::kInternal);
}

TEST_F(H1ClientTest, ReadsABodyUpToTheEndOfTheConnection) {
  Outcome outcome;
  Begin(outcome);
  Answer("HTTP/1.0 200 OK\r\n\r\nall ");
  Answer("of it");
  EXPECT_EQ(outcome.body, "all of it");
  server_.reset();
  loop_.RunUntilIdle();
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.body, "all of it");
  EXPECT_FALSE(connection_->reusable());
}

TEST_F(H1ClientTest, TellsACutResponseFromNone) {
  const std::pair<std::string_view, ErrorCode> cuts[] = {
      {"", ErrorCode::kDisconnected},
      {"HTTP/1.1 2", ErrorCode::kInternal},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123", ErrorCode::kDisconnected},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n", ErrorCode::kDisconnected},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", ErrorCode::kInternal},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", ErrorCode::kInternal},
      {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
       ErrorCode::kInternal}};
  for (const auto& [bytes, code] : cuts) {
    Connect({});
    Outcome outcome;
    Begin(outcome);
    if (!bytes.empty()) Answer(bytes);
    server_.reset();
    loop_.RunUntilIdle();
    ASSERT_TRUE(outcome.done && outcome.error) << bytes;
    EXPECT_EQ(outcome.error->code, code) << bytes;
    EXPECT_FALSE(connection_->reusable()) << bytes;
  }
}

TEST_F(H1ClientTest, IsNotReusedAfterTheServerSpokeUnasked) {
  Outcome first;
  Begin(first);
  Answer(kOk);
  EXPECT_TRUE(connection_->reusable());
  Answer("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
  Hear();
  Outcome second;
  Begin(second);
  EXPECT_EQ(second.error->code, ErrorCode::kDisconnected);
  EXPECT_EQ(Hear(), "");
  EXPECT_FALSE(connection_->reusable());

  Connect({});
  Outcome trailing;
  Begin(trailing);
  Answer(std::string(kOk) + "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(trailing.body, "ok");
  EXPECT_FALSE(connection_->reusable());
}

TEST_F(H1ClientTest, TimesOutAndCanGoOnWaiting) {
  ClientRequest request;
  request.authority = "h";
  std::optional<Result<ResponseHead>> first, second;
  const auto talk = [](H1ClientConnection& connection, ClientRequest asked, TimePoint deadline,
                       auto& at_first, auto& later) -> net::Task<void> {
    (void)co_await connection.Send(asked, kNever);
    at_first = co_await connection.ReadHead(deadline);
    later = co_await connection.ReadHead(kNever);
    connection.EndExchange();
  };
  group_.Spawn(talk(*connection_, request, loop_.Now() + seconds(1), first, second));
  loop_.RunUntilIdle();
  Pass(seconds(2));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->error().code, ErrorCode::kTimeout);
  Answer(kOk);
  ASSERT_TRUE(second && *second);
  EXPECT_TRUE(connection_->reusable());  // the body had arrived
}

TEST_F(H1ClientTest, RefusesToSendWhatBreaksOutOfTheHead) {
  ClientRequest request;
  request.target = "/ HTTP/1.1\r\nEvil: yes";
  Outcome outcome;
  Begin(outcome, request);
  EXPECT_EQ(outcome.error->code, ErrorCode::kInvalid);
  EXPECT_EQ(Hear(), "");
  EXPECT_TRUE(connection_->reusable());
}

// Against our own server.

TEST_F(H1ClientTest, UnderstandsOurServerHoweverTheBytesAreSplit) {
  TestHandler handler(loop_);
  Server server(loop_, handler);
  const std::string body(3000, 'b');
  for (const size_t read_bytes_max : {1, 3, 1000, 100'000}) {
    for (const size_t capacity : {1, 100, 100'000}) {
      auto [client_end, server_end] =
          net::MakePipe(loop_, {.capacity = capacity, .read_bytes_max = read_bytes_max});
      server.Serve(std::move(server_end));
      connection_ = std::make_unique<H1ClientConnection>(std::move(client_end), options_);
      const auto ask = [&](std::string_view target, BodyKind kind, std::vector<std::string_view> pieces,
                           bool expect_continue = false) {
        ClientRequest request = Post(kind, body.size());
        request.target = target;
        request.expect_continue = expect_continue;
        Outcome outcome;
        Begin(outcome, request, std::move(pieces), {});
        EXPECT_TRUE(outcome.done && !outcome.error) << target << " " << read_bytes_max << " " << capacity;
        EXPECT_TRUE(connection_->reusable()) << target;
        return outcome;
      };
      EXPECT_EQ(ask("/echo", BodyKind::kLength, {body}).body, body);
      EXPECT_EQ(ask("/echo", BodyKind::kLength, {body}, true).body, body);
      EXPECT_EQ(ask("/echo", BodyKind::kStreamed, {body, "and more"}).body, body + "and more");
      // With smaller buffers, a server that has answered and a client that is not done would both wait.
      if (capacity > body.size()) {
        EXPECT_EQ(ask("/ignored", BodyKind::kStreamed, {body}).body, "hello /ignored");
      }
      const Outcome streamed = ask("/stream?2500", BodyKind::kNone, {});
      EXPECT_EQ(streamed.body, std::string(2500, 's'));
      EXPECT_EQ(streamed.trailers, "X-Sum=42;");
    }
  }
}

TEST_F(H1ClientTest, TakesTheConnectionOver) {
  TestHandler handler(loop_);
  Server server(loop_, handler);
  server.Serve(std::move(server_));
  std::string heard;
  const auto talk = [](H1ClientConnection& connection, std::string& all) -> net::Task<void> {
    ClientRequest request;
    request.target = "/upgrade";
    request.authority = "h";
    request.upgrade = "twice";
    auto exchange = co_await connection.Start(request, kNever);
    const auto head = co_await (*exchange)->ReadHead(kNever);
    EXPECT_EQ(head->status, 101);
    auto stream = (*exchange)->TakeOver();
    EXPECT_FALSE((*exchange)->TakeOver());
    (void)co_await net::WriteAll(**stream, "abc", kNever);
    (*stream)->FinishWriting();
    char bytes[10];
    for (;;) {
      const Result<size_t> size = co_await net::ReadSome(**stream, bytes, kNever);
      if (!size || *size == 0) break;
      all.append(bytes, *size);
    }
  };
  group_.Spawn(talk(*connection_, heard));
  loop_.RunUntilIdle();
  EXPECT_EQ(heard, "abcabc");
  EXPECT_FALSE(connection_->reusable());
}

}  // namespace
}  // namespace cairn::http
